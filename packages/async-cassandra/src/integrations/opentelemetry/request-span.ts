import { type Context, type Span, SpanKind, type Tracer } from '@opentelemetry/api';
import type { TrackedAttempt, TrackedRequest } from '../../diagnostics/index.ts';
import type { AsyncCassandraError } from '../../errors/index.ts';
import { ownAttribute } from './attribute-names.ts';
import type { TracingSettings } from './options.ts';
import { endAttributes, nodeAttributes, noteError } from './span-attributes.ts';

/** The first attempt, kept until it is known whether there will be another one. */
interface FirstAttempt {
  readonly attempt: TrackedAttempt;
  endedAtMs: number | null;
  error: AsyncCassandraError | null;
}

/** The span of one request, and those of its attempts. */
export class RequestSpan {
  readonly span: Span;
  readonly name: string;
  /** With the span in it: parent of the attempts. */
  readonly context: Context;
  readonly #tracer: Tracer;
  readonly #settings: TracingSettings;
  #first: FirstAttempt | null = null;
  #hasSeveral = false;

  constructor(span: Span, name: string, context: Context, tracer: Tracer, settings: TracingSettings) {
    this.span = span;
    this.name = name;
    this.context = context;
    this.#tracer = tracer;
    this.#settings = settings;
  }

  attemptStarted(attempt: TrackedAttempt): void {
    if (this.#settings.attempts === 'none' || !this.span.isRecording()) return;
    if (this.#settings.attempts === 'repeated' && !this.#hasSeveral) {
      if (this.#first === null) {
        this.#first = { attempt, endedAtMs: null, error: null };
        return;
      }
      this.#hasSeveral = true;
      this.#openFirst(this.#first);
    }
    attempt.observed = this.#open(attempt);
  }

  attemptEnded(attempt: TrackedAttempt, error: AsyncCassandraError | null): void {
    const span = attempt.observed as Span | undefined;
    if (span !== undefined) this.#close(span, attempt, error, undefined);
    else if (this.#first?.attempt === attempt) {
      this.#first.endedAtMs = performance.now();
      this.#first.error = error;
    }
  }

  end(request: TrackedRequest, error: AsyncCassandraError | null): void {
    const { span } = this;
    this.#first = null;
    if (span.isRecording()) {
      span.setAttributes(endAttributes(request));
      if (error !== null) noteError(span, error, this.#settings.errorMessages);
    }
    span.end();
  }

  /** The first attempt has got company: its span is made with the times it had. */
  #openFirst({ attempt, endedAtMs, error }: FirstAttempt): void {
    const span = this.#open(attempt);
    if (endedAtMs === null) attempt.observed = span;
    else this.#close(span, attempt, error, endedAtMs);
  }

  #open(attempt: TrackedAttempt): Span {
    const attributes = {
      ...nodeAttributes(attempt.node),
      [ownAttribute.attemptNumber]: attempt.number,
      [ownAttribute.attemptSpeculative]: attempt.isSpeculative,
    };
    const startTime = attempt === this.#first?.attempt ? attempt.startedAtMs : undefined;
    const options = { kind: SpanKind.INTERNAL, attributes, ...(startTime === undefined ? {} : { startTime }) };
    return this.#tracer.startSpan(`${this.name} attempt`, options, this.context);
  }

  #close(span: Span, attempt: TrackedAttempt, error: AsyncCassandraError | null, endedAtMs: number | undefined): void {
    attempt.observed = undefined;
    span.setAttribute(ownAttribute.attemptEnding, attempt.ending);
    if (error !== null) noteError(span, error, this.#settings.errorMessages);
    // A span with a start of its own would else end by another clock.
    span.end(endedAtMs ?? (attempt === this.#first?.attempt ? performance.now() : undefined));
  }
}
