import { context, diag, type DiagLogger, DiagLogLevel, type TracerProvider } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, type ReadableSpan, type Span, type SpanProcessor } from '@opentelemetry/sdk-trace-base';

/** Spans of the real SDK: those that are open, those that have ended, and what the SDK complains about. */
export class SpanWatch implements SpanProcessor {
  readonly open = new Map<string, string>();
  readonly ended: ReadableSpan[] = [];
  /** What the SDK says of spans that were used wrongly: ended twice, or changed after their end. */
  readonly complaints: string[] = [];
  started = 0;
  endings = 0;
  readonly provider: TracerProvider & { shutdown(): Promise<void> };
  readonly #keeps: boolean;

  /** @param keeps - whether spans are kept once they have ended */
  constructor({ keeps = true, processors = [] }: { keeps?: boolean; processors?: readonly SpanProcessor[] } = {}) {
    this.#keeps = keeps;
    this.provider = new BasicTracerProvider({ spanProcessors: [this, ...processors] });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const complain = (...args: unknown[]): void => void this.complaints.push(args.map(String).join(' '));
    const logger: DiagLogger = {
      error: complain,
      warn: complain,
      info: () => undefined,
      debug: () => undefined,
      verbose: () => undefined,
    };
    diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  }

  onStart(span: Span): void {
    this.started++;
    this.open.set(span.spanContext().spanId, (span as unknown as ReadableSpan).name);
  }

  onEnd(span: ReadableSpan): void {
    this.endings++;
    if (!this.open.delete(span.spanContext().spanId)) this.complaints.push(`${span.name} has ended twice`);
    if (this.#keeps) this.ended.push(span);
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }

  /** Spans that have ended, by name. */
  named(name: string): ReadableSpan[] {
    return this.ended.filter((span) => span.name === name);
  }

  /** Spans that have ended, below another one. */
  childrenOf(parent: ReadableSpan): ReadableSpan[] {
    return this.ended.filter((span) => span.parentSpanContext?.spanId === parent.spanContext().spanId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.provider.shutdown();
    context.disable();
    diag.disable();
  }
}
