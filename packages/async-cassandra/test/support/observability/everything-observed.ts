import { type ChannelListener, subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { Registry } from 'prom-client';
import type { AsyncCluster, ClusterOptions } from '../../../src/client/index.ts';
import { channelNames, type Logger } from '../../../src/diagnostics/index.ts';
import { OpenTelemetryTracker } from '../../../src/integrations/opentelemetry/index.ts';
import { PrometheusMetricsCollector } from '../../../src/integrations/prometheus/index.ts';
import {
  type ClusterMetrics,
  ConnectionMonitor,
  InMemoryMetricsCollector,
  MetricsMiddleware,
  type QueryMetrics,
  StatusPage,
} from '../../../src/observability/index.ts';
import type { AsyncCassandraSession, SessionDecorator } from '../../../src/session/index.ts';
import { SpanWatch } from '../integrations/span-watch.ts';
import type { VirtualClock } from '../virtual-clock.ts';

const TRACING = [channelNames.execute, channelNames.prepare, channelNames.attempt, channelNames.stream];
const PLAIN = Object.values(channelNames).filter((name) => !(TRACING as readonly string[]).includes(name));

class ReaderOnDemand extends MetricReader {
  protected onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
  protected onShutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** What somebody can read of a message, whose text of the statement is the caller's own by contract. */
function readable(message: unknown): unknown {
  const { cql: _text, request, stream, error, ...rest } = message as Record<string, unknown>;
  const of = (other: unknown): unknown => (typeof other === 'object' && other !== null ? readable(other) : other);
  return { ...rest, request: of(request), stream: of(stream), error: errorName(error) };
}

function errorName(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}

/** Everything that the driver has for looking at it, at once, and what it showed. */
export class EverythingObserved implements AsyncDisposable {
  readonly lines: unknown[] = [];
  readonly queries: QueryMetrics[] = [];
  readonly messages: unknown[] = [];
  readonly checks: unknown[] = [];
  readonly spans = new SpanWatch();
  readonly memory = new InMemoryMetricsCollector();
  readonly #registry = new Registry();
  readonly #reader = new ReaderOnDemand();
  readonly #meters = new MeterProvider({ readers: [this.#reader] });
  readonly #releases: (() => void)[] = [];
  readonly #metrics = new MetricsMiddleware([
    this.memory,
    new PrometheusMetricsCollector({ registry: this.#registry }),
    { recordQuery: (metrics) => void this.queries.push(metrics) },
  ]);
  #monitor: ConnectionMonitor | null = null;
  #page: StatusPage | null = null;

  constructor() {
    for (const name of TRACING) this.#follow(name);
    for (const name of PLAIN) {
      const listener: ChannelListener = (message) => void this.messages.push(readable(message));
      subscribe(name, listener);
      this.#releases.push(() => void unsubscribe(name, listener));
    }
  }

  /** For the cluster that is looked at. */
  get options(): ClusterOptions {
    const log =
      (level: string) =>
      (...line: unknown[]): void =>
        void this.lines.push([level, ...line]);
    const logger: Logger = { error: log('error'), warn: log('warn'), info: log('info'), debug: log('debug') };
    const tracker = new OpenTelemetryTracker({
      tracerProvider: this.spans.provider,
      meterProvider: this.#meters,
      attempts: 'all',
      queryText: 'sanitized',
    });
    return { logger, metrics: this.#metrics, trackers: [tracker], slowQueryThresholdMs: 0.001 };
  }

  /** Looks at a session, and at what stands around it. */
  watch(cluster: AsyncCluster, session: AsyncCassandraSession, guarded: SessionDecorator, clock: VirtualClock): void {
    this.#metrics.observe(guarded);
    this.#monitor = new ConnectionMonitor(session, { metrics: this.#metrics }, clock);
    this.#page = new StatusPage(cluster, session, { intervalMs: 100 }, clock);
    this.#page.start();
  }

  /** Has nodes checked and figures taken. */
  async look(clock: VirtualClock): Promise<void> {
    const check = (): Promise<ClusterMetrics | undefined> | undefined => this.#monitor?.getClusterMetrics();
    this.checks.push(await clock.settle(Promise.resolve(check())), this.#monitor?.getConnectionSummary());
    await clock.advance(250);
  }

  /** All that was shown, by where. */
  async shown(): Promise<Record<string, unknown>> {
    const page = this.#page;
    return {
      'the log': this.lines,
      'metrics in memory': this.memory.getStats(),
      'metrics told to a collector': this.queries,
      'the text for Prometheus': await this.#registry.metrics(),
      "OpenTelemetry's metrics": (await this.#reader.collect()).resourceMetrics.scopeMetrics,
      spans: this.spans.ended.map(({ name, attributes, status, events }) => ({ name, attributes, status, events })),
      'diagnostics channels': this.messages,
      'the monitor': this.checks,
      'the status page': page?.snapshot(),
      'its HTML': page?.respond('html').body,
      'its JSON': page?.respond('json').body,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const release of this.#releases) release();
    this.#page?.stop();
    await this.#monitor?.stopMonitoring();
    await this.spans[Symbol.asyncDispose]();
    await this.#meters.shutdown();
  }

  #follow(name: string): void {
    const note = (message: object): void => void this.messages.push(readable(message));
    const handlers = { start: note, end: note, asyncStart: note, asyncEnd: note, error: note };
    const channel = tracingChannel<object>(name);
    channel.subscribe(handlers);
    this.#releases.push(() => void channel.unsubscribe(handlers));
  }
}
