import { EvictedPlans } from './evicted-plans.ts';
import type { PreparedPlan } from './prepared-statement.ts';

/**
 * Prepared plans by keyspace and text, bounded. Looking one up builds no key. When there are too many, the one that was
 * not used for longest goes; but as long as a caller holds its statement, it is still known.
 */
export class PlanCache {
  readonly #limit: number;
  readonly #plans = new Map<string | undefined, Map<string, PreparedPlan>>();
  readonly #evicted = new EvictedPlans();
  #size = 0;
  #uses = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many it holds itself. */
  get size(): number {
    return this.#size;
  }

  get(cql: string, keyspace: string | undefined): PreparedPlan | undefined {
    const plan = this.#plans.get(keyspace)?.get(cql);
    if (plan !== undefined) plan.usedAt = ++this.#uses;
    return plan;
  }

  /** As `get`, but finds plans too that only callers hold. */
  known(cql: string, keyspace: string | undefined): PreparedPlan | undefined {
    return this.#plans.get(keyspace)?.get(cql) ?? this.#evicted.get(cql, keyspace);
  }

  /** Takes a plan in, in place of any other of the same text. */
  add(plan: PreparedPlan): void {
    plan.usedAt = ++this.#uses;
    let ofKeyspace = this.#plans.get(plan.keyspace);
    if (ofKeyspace === undefined) {
      ofKeyspace = new Map();
      this.#plans.set(plan.keyspace, ofKeyspace);
    }
    const former = ofKeyspace.get(plan.cql);
    if (former === plan) return;
    if (former === undefined) this.#size++;
    else this.#evicted.add(former);
    ofKeyspace.set(plan.cql, plan);
    if (this.#size > this.#limit) this.#evictOldest();
  }

  /** All plans that somebody may still execute. */
  *[Symbol.iterator](): Generator<PreparedPlan> {
    for (const ofKeyspace of this.#plans.values()) yield* ofKeyspace.values();
    yield* this.#evicted;
  }

  /** Looks at all of them, which costs little beside the preparation that it makes room for. */
  #evictOldest(): void {
    let oldest: PreparedPlan | undefined;
    for (const ofKeyspace of this.#plans.values())
      for (const plan of ofKeyspace.values()) if (oldest === undefined || plan.usedAt < oldest.usedAt) oldest = plan;
    if (oldest === undefined) return;
    const ofKeyspace = this.#plans.get(oldest.keyspace);
    ofKeyspace?.delete(oldest.cql);
    if (ofKeyspace?.size === 0) this.#plans.delete(oldest.keyspace);
    this.#size--;
    this.#evicted.add(oldest);
  }
}
