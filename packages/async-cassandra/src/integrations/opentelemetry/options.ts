import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import { ConfigurationError } from '../../errors/index.ts';

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
  readonly queryText: 'parameterized' | 'sanitized' | 'none';
  readonly attempts: 'repeated' | 'all' | 'none';
  readonly propagate: boolean;
  readonly errorMessages: boolean;
  readonly prepares: boolean;
  readonly metrics: boolean;
}

const CHOICES = {
  queryText: ['parameterized', 'sanitized', 'none'],
  attempts: ['repeated', 'all', 'none'],
} as const;
const FLAGS = ['propagate', 'errorMessages', 'prepares', 'metrics'] as const;

/** @throws ConfigurationError */
export function readTracingOptions(options: OpenTelemetryTrackerOptions): TracingSettings {
  const known: readonly string[] = [...Object.keys(CHOICES), ...FLAGS, 'tracerProvider', 'meterProvider'];
  for (const name of Object.keys(options))
    if (!known.includes(name))
      throw new ConfigurationError(
        name,
        `Unknown option "${name}" of OpenTelemetryTracker; it has ${known.join(', ')}`,
      );
  const provider = options.tracerProvider as { readonly getTracer?: unknown } | null | undefined;
  if (provider !== undefined && typeof provider?.getTracer !== 'function')
    throw new ConfigurationError('tracerProvider', 'Option "tracerProvider" must be a tracer provider');
  const meters = options.meterProvider as { readonly getMeter?: unknown } | null | undefined;
  if (meters !== undefined && typeof meters?.getMeter !== 'function')
    throw new ConfigurationError('meterProvider', 'Option "meterProvider" must be a meter provider');
  return {
    queryText: choice(options, 'queryText') ?? 'parameterized',
    attempts: choice(options, 'attempts') ?? 'repeated',
    propagate: flag(options, 'propagate', false),
    errorMessages: flag(options, 'errorMessages', false),
    prepares: flag(options, 'prepares', true),
    metrics: flag(options, 'metrics', true),
  };
}

function choice<N extends keyof typeof CHOICES>(
  options: OpenTelemetryTrackerOptions,
  name: N,
): (typeof CHOICES)[N][number] | undefined {
  const value = options[name];
  const choices: readonly string[] = CHOICES[name];
  if (value !== undefined && !choices.includes(value))
    throw new ConfigurationError(name, `Option "${name}" must be one of "${choices.join('", "')}"`);
  return value;
}

function flag(options: OpenTelemetryTrackerOptions, name: (typeof FLAGS)[number], absent: boolean): boolean {
  const value: unknown = options[name] ?? absent;
  if (typeof value !== 'boolean') throw new ConfigurationError(name, `Option "${name}" must be true or false`);
  return value;
}
