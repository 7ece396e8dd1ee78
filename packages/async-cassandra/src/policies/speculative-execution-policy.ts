import type { NodeInfo } from '../metadata/index.ts';

/**
 * Decides when to send a request that is still unanswered to a further node, without giving up on the first. Asked only about
 * statements that are idempotent, and neither conditional, SERIAL reads nor counters.
 */
export interface SpeculativeExecutionPolicy {
  /**
   * Milliseconds to wait for an answer before the request is sent to one more node; negative: not to send it to any more.
   *
   * @param node - the node that the request was last sent to
   * @param executions - how many nodes it was sent to so far, at least 1
   */
  nextDelayMs(node: NodeInfo, executions: number): number;
  /**
   * How long a node took to answer, in milliseconds. Measured and told only when the policy has this method; of an
   * execution that lost against another one, or was given up at `attemptTimeoutMs`, it is how long it had taken by then, at least: left
   * out, slow nodes would not count.
   */
  onLatency?(node: NodeInfo, latencyMs: number): void;
}
