import { OptionReader } from '../errors/index.ts';
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
    const reader = OptionReader.ofGiven('reconnectionPolicy', options);
    const delayMs = reader.number('delayMs', undefined, 0);
    reader.end();
    this.delayMs = reader.required('delayMs', delayMs);
  }

  *schedule(): Generator<number, never> {
    for (;;) yield this.delayMs;
  }
}
