import { OptionReader } from '../errors/index.ts';
import type { NodeInfo } from '../metadata/index.ts';
import type { SpeculativeExecutionPolicy } from './speculative-execution-policy.ts';

/** Options of {@link ConstantSpeculativeExecutionPolicy}. */
export interface ConstantSpeculativeExecutionPolicyOptions {
  /** Milliseconds to wait for an answer before a further node is asked; 0 asks all of them at once. */
  readonly delayMs: number;
  /** How many further nodes are asked at most; 1 by default. */
  readonly maxSpeculativeExecutions?: number | undefined;
}

/** Asks a further node whenever there was no answer for a fixed time. */
export class ConstantSpeculativeExecutionPolicy implements SpeculativeExecutionPolicy {
  readonly delayMs: number;
  readonly maxSpeculativeExecutions: number;

  /** @throws ConfigurationError naming the option that is wrong */
  constructor(options: ConstantSpeculativeExecutionPolicyOptions) {
    const reader = OptionReader.ofGiven('speculativeExecutionPolicy', options);
    const delayMs = reader.number('delayMs', undefined, 0);
    this.maxSpeculativeExecutions = reader.whole('maxSpeculativeExecutions', 1, 1, 100);
    reader.end();
    this.delayMs = reader.required('delayMs', delayMs);
  }

  nextDelayMs(_node: NodeInfo, executions: number): number {
    return executions <= this.maxSpeculativeExecutions ? this.delayMs : -1;
  }
}
