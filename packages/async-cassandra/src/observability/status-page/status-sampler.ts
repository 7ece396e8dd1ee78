import type { TimerHandle, Timers } from '../../connection/index.ts';
import type { RequestTracker, TrackedAttempt, TrackedRequest } from '../../diagnostics/index.ts';
import type { AsyncCassandraError } from '../../errors/index.ts';
import { ChangeLog } from './change-log.ts';
import { ErrorTally, isoTime } from './error-tally.ts';
import { type NodeStatus, readNodes, withTraffic } from './node-status.ts';
import { Series } from './series.ts';
import type { StatusSnapshot } from './snapshot.ts';
import type { StatusCluster, StatusSession } from './status-source.ts';
import { TrafficMeter } from './traffic-meter.ts';

/** How a sampler measures. */
export interface SamplerOptions {
  readonly intervalMs: number;
  readonly historySize: number;
}

/**
 * Follows a session for as long as it runs: counts what ends, by node and as a whole, and makes figures of it once an
 * interval. What it keeps is bounded by the number of nodes and `historySize`.
 */
export class StatusSampler implements RequestTracker {
  readonly #cluster: StatusCluster;
  readonly #session: StatusSession;
  readonly #timers: Timers;
  readonly #options: SamplerOptions;
  readonly #requests: TrafficMeter;
  readonly #inFlight: Series;
  readonly #byNode = new Map<string, TrafficMeter>();
  readonly #errors = new ErrorTally();
  readonly #changes = new ChangeLog();
  #timer: TimerHandle | undefined;
  #tickedAtMs = 0;

  constructor(cluster: StatusCluster, session: StatusSession, timers: Timers, options: SamplerOptions) {
    this.#cluster = cluster;
    this.#session = session;
    this.#timers = timers;
    this.#options = options;
    this.#requests = new TrafficMeter(options.historySize);
    this.#inFlight = new Series(options.historySize);
  }

  /** @param onTick - asked after each interval whether to go on */
  start(onTick: () => boolean): void {
    this.#session.observe(this);
    this.#tickedAtMs = this.#timers.now();
    this.#schedule(onTick);
  }

  stop(): void {
    if (this.#timer !== undefined) this.#timers.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#session.unobserve(this);
  }

  onStart(): void {
    // Requests are counted when they end.
  }

  onEnd(request: TrackedRequest, error: AsyncCassandraError | null): void {
    this.#requests.add(this.#timers.now() - request.startedAtMs, error !== null);
    if (error !== null) this.#errors.add(error.name, this.#timers.wallClockMicros());
  }

  onAttemptEnd(_request: TrackedRequest, attempt: TrackedAttempt): void {
    // How long one would have taken that was given up, nobody knows.
    if (attempt.ending === 'abandoned') return;
    const { hostId } = attempt.node;
    let meter = this.#byNode.get(hostId);
    if (meter === undefined) this.#byNode.set(hostId, (meter = new TrafficMeter(this.#options.historySize)));
    meter.add(this.#timers.now() - attempt.startedAtMs, attempt.ending === 'failed');
  }

  /** What is known now. */
  snapshot(): StatusSnapshot {
    const { metadata } = this.#cluster;
    const { state, keyspace } = this.#session;
    const takenAt = isoTime(this.#timers.wallClockMicros());
    const nodes = readNodes(metadata.nodes, state);
    this.#changes.compare(nodes, takenAt);
    return {
      takenAt,
      clusterName: metadata.clusterName,
      keyspace: keyspace ?? null,
      lifecycle: state.lifecycle,
      ...this.#options,
      activeOperations: state.activeOperations,
      inFlight: state.inFlight,
      queued: state.queued,
      openStreams: state.openStreams,
      preparedStatements: state.preparedStatements,
      openConnections: state.openConnections,
      limits: state.limits,
      traffic: this.#requests.figures,
      inFlightHistory: this.#inFlight.toArray(),
      nodes: nodes.map((node) => withTraffic(node, this.#byNode.get(node.hostId)?.figures)),
      errors: this.#errors.errors,
      changes: this.#changes.changes,
    };
  }

  #schedule(onTick: () => boolean): void {
    this.#timer = this.#timers.setTimeout(() => {
      this.#tick();
      if (onTick()) this.#schedule(onTick);
    }, this.#options.intervalMs);
    this.#timer.unref?.();
  }

  #tick(): void {
    const now = this.#timers.now();
    // The event loop may have been held: what was counted is of the time that has really passed.
    const elapsedMs = Math.max(1, now - this.#tickedAtMs);
    this.#tickedAtMs = now;
    const { state } = this.#session;
    const nodes = readNodes(this.#cluster.metadata.nodes, state);
    this.#changes.compare(nodes, isoTime(this.#timers.wallClockMicros()));
    this.#forget(nodes);
    this.#requests.tick(elapsedMs);
    this.#inFlight.add(state.inFlight);
    for (const meter of this.#byNode.values()) meter.tick(elapsedMs);
  }

  /** A history for each member, so that all are equally long; none of those that have left. */
  #forget(nodes: readonly NodeStatus[]): void {
    const left = new Set(this.#byNode.keys());
    for (const { hostId, condition } of nodes) {
      left.delete(hostId);
      if (condition !== 'unused' && !this.#byNode.has(hostId))
        this.#byNode.set(hostId, new TrafficMeter(this.#options.historySize));
    }
    for (const hostId of left) this.#byNode.delete(hostId);
  }
}
