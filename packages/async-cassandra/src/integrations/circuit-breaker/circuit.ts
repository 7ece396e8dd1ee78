import { circuitBreaker, type CircuitBreakerPolicy, CircuitState, CountBreaker, handleWhen } from 'cockatiel';
import { CircuitOpenError } from '../../errors/index.ts';
import { classifyError, type ErrorVerdict } from './classify-error.ts';
import type { ResolvedBreakerOptions } from './options.ts';
import { OpenPause } from './pause.ts';

/** Whether requests pass: `open` - none does; `halfOpen` - one is trying, the others are refused. */
export type CircuitStateName = 'closed' | 'open' | 'halfOpen';

/** What a circuit has seen since it was made: plain numbers, counted up. */
export interface CircuitCounts {
  succeeded: number;
  /** Failed in a way that speaks against the cluster. */
  failed: number;
  /** Failed in a way that does not: the caller's mistakes, aborts, limits on this side. */
  excused: number;
  /** Refused with `CircuitOpenError`. */
  refused: number;
  /** How often the circuit has opened after having been closed. */
  opened: number;
  /** How often one request was let through to try. */
  probes: number;
}

/** A failed request on its way through the library, with what it says about the cluster. */
class Judged extends Error {
  readonly isFailure: boolean;
  readonly isInconclusive: boolean;

  constructor(isFailure: boolean, isInconclusive: boolean, cause: unknown) {
    super('A request has failed', { cause });
    this.isFailure = isFailure;
    this.isInconclusive = isInconclusive;
  }
}

/**
 * The library's circuit breaker, with what it lacks: a request that tries and is given up does not close the circuit,
 * those that come meanwhile are refused instead of kept waiting, and time is measured on a clock that nobody sets.
 */
export class Circuit {
  readonly counts: CircuitCounts = { succeeded: 0, failed: 0, excused: 0, refused: 0, opened: 0, probes: 0 };
  readonly #policy: CircuitBreakerPolicy;
  readonly #pause: OpenPause;
  readonly #classify: (error: unknown) => ErrorVerdict;

  constructor(options: ResolvedBreakerOptions, now: () => number, onChange: (state: CircuitStateName) => void) {
    const { threshold, windowSize, minimumRequests, halfOpenAfterMs, classify } = options;
    this.#pause = new OpenPause(halfOpenAfterMs, now);
    this.#classify = (error): ErrorVerdict => classify?.(error) ?? classifyError(error);
    this.#policy = circuitBreaker(
      handleWhen((error) => error instanceof Judged && error.isFailure),
      {
        halfOpenAfter: this.#pause,
        breaker: new CountBreaker({ threshold, size: windowSize, minimumNumberOfCalls: minimumRequests }),
      },
    );
    let before: CircuitStateName = 'closed';
    this.#policy.onStateChange(() => {
      const { state } = this;
      if (before === 'closed' && state === 'open') this.counts.opened++;
      before = state;
      onChange(state);
    });
  }

  get state(): CircuitStateName {
    const { state } = this.#policy;
    if (state === CircuitState.Closed) return 'closed';
    return state === CircuitState.HalfOpen ? 'halfOpen' : 'open';
  }

  /** Does the work, unless the circuit is open. @throws CircuitOpenError, and what the work throws */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const { state } = this.#policy;
    const isProbe = state === CircuitState.Open;
    if (state === CircuitState.HalfOpen || (isProbe && this.#pause.remainingMs > 0)) throw this.#refusal();
    if (isProbe) this.counts.probes++;
    const { opened } = this.counts;
    try {
      return await this.#policy.execute(() => this.#judged(work, isProbe, opened));
    } catch (error) {
      if (!(error instanceof Judged)) throw this.#refusal();
      // The circuit has just opened again, for nothing was learnt; the next one may try at once.
      if (error.isInconclusive) this.#pause.end();
      throw error.cause;
    }
  }

  /** @param opened - how often the circuit had opened when the request began */
  async #judged<T>(work: () => Promise<T>, isProbe: boolean, opened: number): Promise<T> {
    try {
      const result = await work();
      this.counts.succeeded++;
      return result;
    } catch (error) {
      const verdict = this.#classify(error);
      this.counts[verdict === 'failure' ? 'failed' : 'excused']++;
      const isInconclusive = isProbe && verdict === 'nothing';
      // What began before the circuit opened has had its say: it must not end a later try.
      const isLate = this.counts.opened !== opened;
      throw new Judged((verdict === 'failure' && !isLate) || isInconclusive, isInconclusive, error);
    }
  }

  #refusal(): CircuitOpenError {
    this.counts.refused++;
    const waitMs = Math.ceil(this.#pause.remainingMs);
    const when = waitMs > 0 ? `a request may try again in ${waitMs} ms` : 'a request is trying';
    return new CircuitOpenError(
      `The circuit breaker is open, for too many of the last requests have failed; ${when}, check the cluster`,
      { state: waitMs > 0 ? 'open' : 'halfOpen', retryAfterMs: waitMs },
    );
  }
}
