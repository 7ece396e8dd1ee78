import { systemTimers, type Timers } from '../../connection/index.ts';
import type { Logger } from '../../diagnostics/index.ts';
import { ConfigurationError, SessionClosedError } from '../../errors/index.ts';
import type { NodeInfo } from '../../metadata/index.ts';
import type { CassandraSession, SessionNodeState } from '../../session/index.ts';
import { checkHost } from './check-host.ts';
import { recordHealth } from './record-health.ts';
import type { ClusterMetrics, ConnectionSummary, HostMetrics } from './cluster-metrics.ts';
import {
  type CheckOptions,
  readerOf,
  type MonitorCallback,
  type MonitorOptions,
  type WarmupOptions,
} from './monitor-options.ts';
import { MonitorLoop } from './monitor-loop.ts';
import { type ObservableSession, observableSession } from './observable-session.ts';
import { runBounded } from './run-bounded.ts';
import { SharedRound } from './shared-round.ts';
import { summarize } from './summarize.ts';
import { warmUp, type WarmupReport } from './warm-up.ts';

/**
 * Watches the nodes of a session: asks each of them by itself whether it is well, and remembers what it found out. It
 * makes no connections of its own, and asks nothing unless it is told to.
 */
export class ConnectionMonitor {
  readonly #session: ObservableSession;
  readonly #timers: Timers;
  readonly #logger: Logger;
  readonly #intervalMs: number;
  readonly #checkTimeoutMs: number;
  readonly #maxConcurrentChecks: number;
  readonly #historySize: number;
  readonly #callbacks = new Set<{ readonly callback: MonitorCallback }>();
  readonly #history: ClusterMetrics[] = [];
  #last: ClusterMetrics | null = null;
  #round: SharedRound<ClusterMetrics> | null = null;
  #loop: MonitorLoop | null = null;

  /**
   * @param session - of `AsyncCluster.connect`, or decorators around one: the checks pass by them
   * @throws ConfigurationError naming the option that is unknown or not possible
   */
  constructor(session: CassandraSession, options?: MonitorOptions);
  /**
   * @param timers - clock and timers, for tests
   * @internal
   */
  constructor(session: CassandraSession, options: MonitorOptions | undefined, timers: Timers);
  constructor(session: CassandraSession, options: MonitorOptions = {}, timers: Timers = systemTimers) {
    const reader = readerOf('a monitor', options);
    this.#session = observableSession(session);
    this.#timers = timers;
    this.#logger = reader.object<Logger>('logger', [], 'a logger') ?? {};
    this.#intervalMs = reader.duration('intervalMs', 30_000);
    this.#checkTimeoutMs = reader.duration('checkTimeoutMs', 5_000);
    this.#maxConcurrentChecks = reader.whole('maxConcurrentChecks', 16, 1, 10_000);
    this.#historySize = reader.whole('historySize', 100, 0, 1_000_000);
    const metrics = reader.object<NonNullable<MonitorOptions['metrics']>>(
      'metrics',
      ['recordConnectionMetrics'],
      'a MetricsMiddleware',
    );
    reader.end();
    if (metrics !== undefined) this.addCallback((round) => recordHealth(metrics, round));
  }

  /** Whether checks are made by themselves. */
  get isMonitoring(): boolean {
    return this.#loop?.isRunning === true;
  }

  /** The last rounds, the oldest first; at most `historySize` of them. */
  get history(): readonly ClusterMetrics[] {
    return [...this.#history];
  }

  /** The last round of checks; null before the first has ended. */
  get lastMetrics(): ClusterMetrics | null {
    return this.#last;
  }

  /**
   * Asks one node, and that one alone, whether it is well. A node that fails the check is told by `status` and
   * `lastError`, not thrown.
   * @param node - a node of the metadata or its host id
   * @throws ConfigurationError when the session does not connect to such a node; AbortError, SessionClosedError
   */
  async checkHostHealth(node: NodeInfo | string, options: CheckOptions = {}): Promise<HostMetrics> {
    const bounds = this.#boundsOf(options);
    const hostId = typeof node === 'string' ? node : node.hostId;
    const state = this.#session.state.nodes.find((each) => each.hostId === hostId);
    if (state === undefined)
      throw new ConfigurationError(
        'node',
        'The session connects to no node with this host id; check cluster.metadata.nodes and the load balancing policy',
      );
    return (await checkHost(this.#session, state, bounds, this.#timers)).metrics;
  }

  /**
   * Checks all nodes that the session connects to, some at a time, and tells the callbacks. Callers at the same time
   * share one round; each of them may give up by a signal of their own.
   * @throws AbortError, SessionClosedError, ConfigurationError
   */
  async getClusterMetrics(options: CheckOptions = {}): Promise<ClusterMetrics> {
    const { timeoutMs, signal } = this.#boundsOf(options);
    if (this.#round?.isOpen !== true) this.#round = new SharedRound((over) => this.#checkAll(timeoutMs, over));
    return this.#round.join(signal);
  }

  /**
   * Waits until the session has all its connections, then prepares statements on all of its nodes, so that the first
   * requests of users find everything ready. What cannot be done in time is in the report.
   * @throws ConfigurationError, AbortError, SessionClosedError
   */
  async warmupConnections(options: WarmupOptions = {}): Promise<WarmupReport> {
    return warmUp(this.#session, options, this.#timers);
  }

  /**
   * Begins to check all nodes: now, and `intervalMs` after the end of each round. It ends by itself when the session
   * closes, and keeps no process alive. Harmless when it has begun.
   * @throws SessionClosedError
   */
  startMonitoring(): void {
    if (this.isMonitoring) return;
    if (this.#session.state.lifecycle !== 'open')
      throw new SessionClosedError('The session is closed or closing; monitor an open one');
    this.#loop = new MonitorLoop(this.#timers, this.#intervalMs, (signal) => this.#watch(signal));
  }

  /** Ends the checks by themselves. Resolves when none of them is under way any more; harmless when they have ended. */
  async stopMonitoring(): Promise<void> {
    await this.#loop?.stop();
  }

  /**
   * Has each round of checks told to `callback`, in the order of adding.
   * @returns takes this callback away; harmless when it is gone
   * @throws ConfigurationError when it is no function
   */
  addCallback(callback: MonitorCallback): () => void {
    if (typeof callback !== 'function')
      throw new ConfigurationError('callback', 'addCallback() takes a function; check what was given');
    const entry = { callback };
    this.#callbacks.add(entry);
    return () => {
      this.#callbacks.delete(entry);
    };
  }

  /** What the session holds now, with what was last found out about its nodes. No I/O. */
  getConnectionSummary(): ConnectionSummary {
    return summarize(this.#session.state, this.#last, this.isMonitoring);
  }

  #boundsOf(options: CheckOptions): { readonly timeoutMs: number; readonly signal: AbortSignal | undefined } {
    const reader = readerOf('a check', options);
    const timeoutMs = reader.duration('timeoutMs', this.#checkTimeoutMs);
    reader.raw('signal');
    reader.end();
    return { timeoutMs, signal: options.signal };
  }

  async #checkAll(timeoutMs: number, signal: AbortSignal): Promise<ClusterMetrics> {
    const startedAt = this.#timers.now();
    const check = (node: SessionNodeState): ReturnType<typeof checkHost> =>
      checkHost(this.#session, node, { timeoutMs, signal }, this.#timers);
    const checked = await runBounded(this.#session.state.nodes, this.#maxConcurrentChecks, check);
    const { lifecycle, openConnections, inFlight, queued } = this.#session.state;
    if (lifecycle === 'closed') throw new SessionClosedError('The session was closed while its nodes were checked');
    const hosts = checked.map(({ metrics }) => metrics);
    const healthyHosts = hosts.filter(({ status }) => status === 'up').length;
    const metrics: ClusterMetrics = {
      timestamp: Math.floor(this.#timers.wallClockMicros() / 1000),
      durationMs: this.#timers.now() - startedAt,
      clusterName: checked.find(({ clusterName }) => clusterName !== null)?.clusterName ?? null,
      hosts,
      healthyHosts,
      unhealthyHosts: hosts.length - healthyHosts,
      totalConnections: openConnections,
      inFlight,
      queued,
    };
    this.#remember(metrics);
    return metrics;
  }

  #remember(metrics: ClusterMetrics): void {
    this.#last = metrics;
    this.#history.push(metrics);
    if (this.#history.length > this.#historySize) this.#history.shift();
    for (const { callback } of [...this.#callbacks]) this.#tell(callback, metrics);
  }

  #tell(callback: MonitorCallback, metrics: ClusterMetrics): void {
    const failed = (error: unknown): void =>
      this.#warn(`A callback of a monitor threw: ${error instanceof Error ? error.message : 'no error'}`);
    try {
      const returned = callback(metrics);
      if (returned instanceof Promise) returned.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** One round of the monitoring. @returns whether there may be another */
  async #watch(signal: AbortSignal): Promise<boolean> {
    try {
      await this.getClusterMetrics({ signal });
    } catch (error) {
      if (signal.aborted) return false;
      if (!(error instanceof SessionClosedError))
        this.#warn(`A round of checks failed: ${error instanceof Error ? error.message : 'no error'}`);
    }
    return this.#session.state.lifecycle === 'open';
  }

  /** Not even a logger that throws ends the monitoring. */
  #warn(message: string): void {
    try {
      this.#logger.warn?.(message);
    } catch {
      // There is nobody left to tell.
    }
  }
}
