import { checkOptionNames, numberOption, refuse } from './options.ts';
import type { ReconnectionPolicy } from './reconnection-policy.ts';

/** Options of {@link ExponentialReconnectionPolicy}. */
export interface ExponentialReconnectionPolicyOptions {
  /** Milliseconds before the first attempt; 1,000 by default. */
  readonly baseDelayMs?: number | undefined;
  /** Milliseconds that delays grow up to; 60,000 by default. */
  readonly maxDelayMs?: number | undefined;
}

/** Tries a lost node again at intervals that double, up to a longest one. */
export class ExponentialReconnectionPolicy implements ReconnectionPolicy {
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;

  /** @throws ConfigurationError naming the option that is wrong */
  constructor(options: ExponentialReconnectionPolicyOptions = {}) {
    checkOptionNames('reconnectionPolicy', options, ['baseDelayMs', 'maxDelayMs']);
    this.baseDelayMs = numberOption('reconnectionPolicy.baseDelayMs', options.baseDelayMs, 1_000, { min: 1 });
    const fallback = Math.max(60_000, this.baseDelayMs);
    this.maxDelayMs = numberOption('reconnectionPolicy.maxDelayMs', options.maxDelayMs, fallback, { min: 1 });
    if (this.maxDelayMs < this.baseDelayMs) refuse('reconnectionPolicy.maxDelayMs', 'must not be below baseDelayMs');
  }

  *schedule(): Generator<number, never> {
    let delay = this.baseDelayMs;
    for (;;) {
      yield delay;
      delay = Math.min(delay * 2, this.maxDelayMs);
    }
  }
}
