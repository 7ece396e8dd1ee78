import { checkOptionNames, numberOption, refuse } from './options.ts';
import type { ReconnectionPolicy } from './reconnection-policy.ts';

/** Options of {@link ConstantReconnectionPolicy}. */
export interface ConstantReconnectionPolicyOptions {
  /** Milliseconds between attempts. */
  readonly delayMs: number;
}

/** Tries a lost node again at regular intervals. */
export class ConstantReconnectionPolicy implements ReconnectionPolicy {
  readonly delayMs: number;

  /** @throws ConfigurationError naming the option that is wrong */
  constructor(options: ConstantReconnectionPolicyOptions) {
    checkOptionNames('reconnectionPolicy', options, ['delayMs']);
    if (options.delayMs === undefined) refuse('reconnectionPolicy.delayMs', 'is required');
    this.delayMs = numberOption('reconnectionPolicy.delayMs', options.delayMs, 0, { min: 0 });
  }

  *schedule(): Generator<number, never> {
    for (;;) yield this.delayMs;
  }
}
