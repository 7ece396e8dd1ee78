import { systemTimers, type Timers } from '../connection/index.ts';
import { type CassandraSession, type Operation, type OperationBounds, SessionDecorator } from '../session/index.ts';
import { AdmissionGate, type GateCounts } from './admission-gate.ts';
import { type RateLimitOptions, type RateLimits, readRateLimits } from './rate-limit-options.ts';

/** What a rate-limited session does and has done; a snapshot. */
export interface RateLimitStats extends Readonly<GateCounts> {
  /** Requests under way. */
  readonly inFlight: number;
  /** Requests that wait for their turn. */
  readonly queued: number;
  /** All that were refused with `RateLimitExceededError`. */
  readonly rejected: number;
  readonly limits: RateLimits;
}

/**
 * A session that sends no more requests at a time, and begins no more of them a second, than it is told. The others wait
 * for their turn, in the order of their coming, bounded in number and time.
 *
 * Each page counts as a request of its own while it is fetched: a stream that is open, but whose consumer is at work,
 * holds no place. (If it held one, a program that reads a stream and executes a statement for each of its rows could
 * wait for itself.)
 */
export class RateLimitedSession extends SessionDecorator {
  readonly #limits: RateLimits;
  readonly #timers: Timers;
  readonly #gate: AdmissionGate;

  /** @throws ConfigurationError naming the option that is unknown or not possible */
  constructor(session: CassandraSession, options?: RateLimitOptions);
  /**
   * @param timers - clock and timers, for tests
   * @internal
   */
  constructor(session: CassandraSession, options: RateLimitOptions | undefined, timers: Timers);
  constructor(session: CassandraSession, options: RateLimitOptions = {}, timers: Timers = systemTimers) {
    super(session, timers);
    this.#limits = readRateLimits(options);
    this.#timers = timers;
    this.#gate = new AdmissionGate(this.#limits, timers);
  }

  /** What it does and has done; plain data. */
  get stats(): RateLimitStats {
    const { counts, inFlight, queued } = this.#gate;
    return {
      ...counts,
      inFlight,
      queued,
      rejected: counts.refusedFull + counts.refusedLate,
      limits: this.#limits,
    };
  }

  protected override async around<T>(operation: Operation<T>, bounds: OperationBounds): Promise<T> {
    const { timeoutMs } = bounds;
    const turn = this.#gate.enter(bounds);
    let remainingMs = timeoutMs;
    if (turn !== null) {
      const since = this.#timers.now();
      await turn;
      if (timeoutMs !== undefined) remainingMs = Math.max(1, timeoutMs - (this.#timers.now() - since));
    }
    try {
      return await operation(remainingMs);
    } finally {
      this.#gate.leave();
    }
  }

  protected override release(): void {
    this.#gate.close();
  }
}
