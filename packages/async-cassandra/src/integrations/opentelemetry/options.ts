import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import { type OptionMessage, OptionReader } from '../../errors/index.ts';

/** Options of `OpenTelemetryTracker`. */
export interface OpenTelemetryTrackerOptions {
  /** Makes the spans. Default: the one that is registered globally, at the time of each request. */
  readonly tracerProvider?: TracerProvider | undefined;
  /**
   * The metric `db.client.operation.duration`, which the conventions require: a histogram, in seconds, of the requests that
   * have spans. Default true.
   */
  readonly metrics?: boolean | undefined;
  /** Makes that metric. Default: the one that is registered globally, at the time of each request. */
  readonly meterProvider?: MeterProvider | undefined;
  /**
   * What spans tell of a statement's text. `parameterized` (the default, as the conventions have it): as it is when values
   * were bound to it, else with every literal replaced by `?`. `sanitized`: literals always replaced. `none`: nothing.
   */
  readonly queryText?: 'parameterized' | 'sanitized' | 'none' | undefined;
  /**
   * Spans of single attempts. `repeated` (the default): of requests that are sent more than once. `all`, or `none`.
   */
  readonly attempts?: 'repeated' | 'all' | 'none' | undefined;
  /** Sends `traceparent` and `tracestate` of the request's span in its custom payload. Default false. */
  readonly propagate?: boolean | undefined;
  /**
   * Puts messages of errors into the status of spans. Default false: only their codes, since a server's message may quote
   * from the statement.
   */
  readonly errorMessages?: boolean | undefined;
  /** Spans of prepare requests too. Default true. */
  readonly prepares?: boolean | undefined;
}

/** The options with nothing absent. */
export interface TracingSettings {
  /** Undefined: the one that is registered globally. */
  readonly tracerProvider: TracerProvider | undefined;
  /** Undefined: the one that is registered globally. */
  readonly meterProvider: MeterProvider | undefined;
  readonly queryText: 'parameterized' | 'sanitized' | 'none';
  readonly attempts: 'repeated' | 'all' | 'none';
  readonly propagate: boolean;
  readonly errorMessages: boolean;
  readonly prepares: boolean;
  readonly metrics: boolean;
}

const message: OptionMessage = (path, requirement) => `Option "${path}" of OpenTelemetryTracker ${requirement}`;

/** @throws ConfigurationError */
export function readTracingOptions(options: OpenTelemetryTrackerOptions): TracingSettings {
  const reader = new OptionReader('', options, message);
  const settings: TracingSettings = {
    tracerProvider: reader.object<TracerProvider>('tracerProvider', ['getTracer'], 'a tracer provider'),
    meterProvider: reader.object<MeterProvider>('meterProvider', ['getMeter'], 'a meter provider'),
    queryText: reader.oneOf('queryText', ['parameterized', 'sanitized', 'none']) ?? 'parameterized',
    attempts: reader.oneOf('attempts', ['repeated', 'all', 'none']) ?? 'repeated',
    propagate: reader.flag('propagate', false),
    errorMessages: reader.flag('errorMessages', false),
    prepares: reader.flag('prepares', true),
    metrics: reader.flag('metrics', true),
  };
  reader.end();
  return settings;
}
