import { systemTimers, type Timers } from '../../connection/index.ts';
import { AsyncCassandraError, ConfigurationError } from '../../errors/index.ts';
import { type CassandraSession, type Operation, SessionDecorator } from '../../session/index.ts';
import { ConnectionMonitor } from './connection-monitor.ts';
import type { MonitorOptions, WarmupOptions } from './monitor-options.ts';
import type { WarmupReport } from './warm-up.ts';

/** Options of `createMonitoredSession`. */
export interface MonitoredSessionOptions extends MonitorOptions {
  /** Opens all connections, and prepares statements, before the session is handed out. Default true. */
  readonly warmup?: boolean | WarmupOptions | undefined;
  /** Begins to check the nodes at once. Default true. */
  readonly startMonitoring?: boolean | undefined;
}

/** What has passed through a monitored session; a snapshot. */
export interface MonitoredSessionStats {
  /** Requests under way. */
  readonly inFlight: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Of those that failed, how many by each error code. */
  readonly errors: Readonly<Record<string, number>>;
  /** Milliseconds that all requests took, together. */
  readonly totalMs: number;
}

/** A session with a monitor, which ends when the session is closed. Each page of a result counts as a request. */
export class MonitoredSession extends SessionDecorator {
  readonly monitor: ConnectionMonitor;
  /** What warming up has come to; null when there was none. */
  readonly warmup: WarmupReport | null;
  readonly #now: () => number;
  readonly #errors = new Map<string, number>();
  #inFlight = 0;
  #succeeded = 0;
  #failed = 0;
  #totalMs = 0;

  /** @internal */
  constructor(session: CassandraSession, monitor: ConnectionMonitor, warmup: WarmupReport | null, timers: Timers) {
    super(session, timers);
    this.monitor = monitor;
    this.warmup = warmup;
    this.#now = (): number => timers.now();
  }

  /** What has passed through; plain data. */
  get stats(): MonitoredSessionStats {
    return {
      inFlight: this.#inFlight,
      succeeded: this.#succeeded,
      failed: this.#failed,
      errors: Object.fromEntries(this.#errors),
      totalMs: this.#totalMs,
    };
  }

  protected override async around<T>(operation: Operation<T>, bounds: { timeoutMs: number | undefined }): Promise<T> {
    const startedAt = this.#now();
    this.#inFlight++;
    try {
      const result = await operation(bounds.timeoutMs);
      this.#succeeded++;
      return result;
    } catch (error) {
      this.#failed++;
      const code = error instanceof AsyncCassandraError ? error.code : 'unknown';
      this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
      throw error;
    } finally {
      this.#inFlight--;
      this.#totalMs += this.#now() - startedAt;
    }
  }

  protected override release(): void {
    // Nothing waits here.
  }

  protected override async closeOnce(options: { readonly drainTimeoutMs?: number }): Promise<void> {
    await this.monitor.stopMonitoring();
    await super.closeOnce(options);
  }
}

/**
 * A session with a monitor of its nodes: connections opened and statements prepared before it is handed out, its nodes
 * checked from then on.
 * @param session - of `AsyncCluster.connect`, or decorators around one. It is closed with the monitored one, and left open
 * when this fails
 * @throws ConfigurationError, SessionClosedError, AbortError when the signal of `warmup` fires
 */
export function createMonitoredSession(
  session: CassandraSession,
  options?: MonitoredSessionOptions,
): Promise<MonitoredSession>;
/**
 * @param timers - clock and timers, for tests
 * @internal
 */
export function createMonitoredSession(
  session: CassandraSession,
  options: MonitoredSessionOptions | undefined,
  timers: Timers,
): Promise<MonitoredSession>;
export async function createMonitoredSession(
  session: CassandraSession,
  options: MonitoredSessionOptions = {},
  timers: Timers = systemTimers,
): Promise<MonitoredSession> {
  const { warmup = true, startMonitoring = true, ...monitorOptions } = options;
  if (typeof startMonitoring !== 'boolean')
    throw new ConfigurationError('startMonitoring', 'Option "startMonitoring" must be true or false; check its value');
  if (typeof warmup !== 'boolean' && (typeof warmup !== 'object' || (warmup as unknown) === null))
    throw new ConfigurationError('warmup', 'Option "warmup" must be true, false or an object; check its value');
  const monitor = new ConnectionMonitor(session, monitorOptions, timers);
  const report = warmup === false ? null : await monitor.warmupConnections(warmup === true ? {} : warmup);
  if (startMonitoring) monitor.startMonitoring();
  return new MonitoredSession(session, monitor, report, timers);
}
