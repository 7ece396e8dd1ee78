import { type AsyncCassandraError, type Outcome, QueryError } from '../errors/index.ts';
import type { NodeInfo } from '../metadata/index.ts';
import { worseOutcome } from './worse-outcome.ts';
import type { RequestSettings } from './request-settings.ts';

/** A node that was tried, or passed over, and why it did not do. */
export interface TriedNode {
  /** Its `NodeInfo.endPoint`, `address:port`. */
  readonly node: string;
  readonly error: AsyncCassandraError;
}

/** What is remembered of a request that did not go straight through; made at the first trouble. */
export class RequestTrail {
  /** When the request was made, on the clock of `Timers.now`. */
  readonly startedAt: number;
  readonly tried: TriedNode[] = [];
  readonly triedSlots: Set<number> = new Set();
  retries = 0;
  plan: Iterator<NodeInfo> | null = null;
  /** Nodes (by `address:port`) and statement ids that were prepared again for this request. */
  readonly reprepared: Set<string> = new Set();
  /** Settings as the caller gave them, once a retry policy has changed them. */
  givenSettings: RequestSettings | null = null;
  /** The worst that any attempt so far may have come to. */
  outcome: Outcome = 'notSent';
  /** The last error that a server answered with, while every attempt was answered: nodes were there, and refused. */
  refusal: QueryError | null = null;
  #isUnanswered = false;

  constructor(startedAt: number) {
    this.startedAt = startedAt;
  }

  /** An attempt has ended this way. */
  note(outcome: Outcome): void {
    this.outcome = worseOutcome(this.outcome, outcome);
  }

  /** An attempt, or preparing for one, has failed. */
  failed(node: string, error: AsyncCassandraError): void {
    this.tried.push({ node, error });
    if (!(error instanceof QueryError)) this.#isUnanswered = true;
    this.refusal = error instanceof QueryError && !this.#isUnanswered ? error : null;
  }
}
