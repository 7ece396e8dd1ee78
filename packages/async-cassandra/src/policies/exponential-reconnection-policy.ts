import { OptionReader } from '../errors/index.ts';
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
    const reader = new OptionReader('reconnectionPolicy', options);
    this.baseDelayMs = reader.number('baseDelayMs', 1_000, 1);
    this.maxDelayMs = reader.number('maxDelayMs', Math.max(60_000, this.baseDelayMs), 1);
    reader.end();
    if (this.maxDelayMs < this.baseDelayMs) reader.refuse('maxDelayMs', 'a number of at least baseDelayMs');
  }

  *schedule(): Generator<number, never> {
    let delay = this.baseDelayMs;
    for (;;) {
      yield delay;
      delay = Math.min(delay * 2, this.maxDelayMs);
    }
  }
}
