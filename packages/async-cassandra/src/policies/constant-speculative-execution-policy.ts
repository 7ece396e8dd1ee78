import type { NodeInfo } from '../metadata/index.ts';
import { checkOptionNames, numberOption, refuse } from './options.ts';
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
    const path = 'speculativeExecutionPolicy';
    checkOptionNames(path, options, ['delayMs', 'maxSpeculativeExecutions']);
    if (options.delayMs === undefined) refuse(`${path}.delayMs`, 'is required');
    this.delayMs = numberOption(`${path}.delayMs`, options.delayMs, 0, { min: 0 });
    const limit = { min: 1, max: 100, isInteger: true };
    this.maxSpeculativeExecutions = numberOption(
      `${path}.maxSpeculativeExecutions`,
      options.maxSpeculativeExecutions,
      1,
      limit,
    );
  }

  nextDelayMs(_node: NodeInfo, executions: number): number {
    return executions <= this.maxSpeculativeExecutions ? this.delayMs : -1;
  }
}
