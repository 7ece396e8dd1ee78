import { context, type Span, SpanKind, trace, type Tracer } from '@opentelemetry/api';
import type { RequestTracker, TrackedAttempt, TrackedRequest, TrackedStream } from '../../diagnostics/index.ts';
import type { AsyncCassandraError } from '../../errors/index.ts';
import { attribute, ownAttribute, SCHEMA_URL, SCOPE } from './attribute-names.ts';
import { OperationDuration } from './operation-duration.ts';
import { type OpenTelemetryTrackerOptions, readTracingOptions, type TracingSettings } from './options.ts';
import { RequestSpan } from './request-span.ts';
import { noteError, startAttributes } from './span-attributes.ts';
import { StatementCache } from './statement-facts.ts';
import { sendTraceContext } from './trace-parent.ts';

/**
 * Makes OpenTelemetry spans and a metric of requests, by the semantic conventions for databases: one of kind CLIENT for each request,
 * in the context of its caller; one around the pages of a stream or scan; and those of attempts, when a request was sent
 * more than once. Records their time in the metric `db.client.operation.duration`. Give it to a cluster as one of its `trackers`; it may serve several.
 */
export class OpenTelemetryTracker implements RequestTracker {
  readonly #settings: TracingSettings;
  readonly #statements: StatementCache;
  /** Null: nobody wants it. */
  readonly #duration: OperationDuration | null;
  #tracer: Tracer | null = null;
  /** By stream, since its pages ask for it too. */
  readonly #streams = new WeakMap<TrackedStream, Span>();

  /** @throws ConfigurationError */
  constructor(options: OpenTelemetryTrackerOptions = {}) {
    this.#settings = readTracingOptions(options);
    this.#statements = new StatementCache(this.#settings.queryText);
    this.#duration = this.#settings.metrics ? new OperationDuration(this.#settings.meterProvider) : null;
  }

  onStart(request: TrackedRequest): void {
    if (request.type === 'prepare' && !this.#settings.prepares) return;
    const statements = this.#statements;
    const facts = statements.facts(request);
    const attributes = startAttributes(request, facts, statements.text(request));
    const active = context.active();
    const streamSpan = request.stream === undefined ? undefined : this.#streamSpan(request.stream, request);
    const parent = streamSpan === undefined ? active : trace.setSpan(active, streamSpan);
    const tracer = this.#currentTracer();
    const span = tracer.startSpan(facts.name, { kind: SpanKind.CLIENT, attributes }, parent);
    const own = trace.setSpan(parent, span);
    request.observed = new RequestSpan(span, facts.name, own, tracer, this.#settings);
    if (this.#settings.propagate) sendTraceContext(request, span.spanContext());
  }

  onEnd(request: TrackedRequest, error: AsyncCassandraError | null): void {
    const span = request.observed as RequestSpan | undefined;
    request.observed = undefined;
    if (span === undefined) return;
    this.#duration?.record(request, this.#statements.facts(request), error, span.context);
    span.end(request, error);
  }

  onAttemptStart(request: TrackedRequest, attempt: TrackedAttempt): void {
    (request.observed as RequestSpan | undefined)?.attemptStarted(attempt);
  }

  onAttemptEnd(request: TrackedRequest, attempt: TrackedAttempt, error: AsyncCassandraError | null): void {
    (request.observed as RequestSpan | undefined)?.attemptEnded(attempt, error);
  }

  onStreamStart(stream: TrackedStream): void {
    const attributes = {
      [attribute.system]: 'cassandra',
      ...(stream.keyspace === undefined ? {} : { [attribute.namespace]: stream.keyspace }),
      ...(stream.table === undefined ? {} : { [attribute.collection]: stream.table }),
    };
    const options = { kind: SpanKind.INTERNAL, attributes };
    this.#streams.set(stream, this.#currentTracer().startSpan(streamName(stream), options));
  }

  onStreamEnd(stream: TrackedStream, error: AsyncCassandraError | null): void {
    const span = this.#streams.get(stream);
    if (span === undefined) return;
    this.#streams.delete(stream);
    span.setAttributes({
      [attribute.returnedRows]: stream.rows,
      [ownAttribute.streamPages]: stream.pages,
      [ownAttribute.streamEnding]: stream.ending,
    });
    if (error !== null) noteError(span, error, this.#settings.errorMessages);
    span.end();
  }

  /** The span of a stream; its table is known with its first request. */
  #streamSpan(stream: TrackedStream, { statement: { table }, type }: TrackedRequest): Span | undefined {
    const span = this.#streams.get(stream);
    if (span !== undefined && stream.table === undefined && table !== undefined && type !== 'page') {
      span.updateName(`${stream.kind} ${table}`);
      span.setAttribute(attribute.collection, table);
    }
    return span;
  }

  /** Asked for late, so that a provider which is registered after the cluster was made is found. */
  #currentTracer(): Tracer {
    this.#tracer ??= (this.#settings.tracerProvider ?? trace).getTracer(SCOPE, undefined, { schemaUrl: SCHEMA_URL });
    return this.#tracer;
  }
}

function streamName({ kind, table }: TrackedStream): string {
  return table === undefined ? kind : `${kind} ${table}`;
}
