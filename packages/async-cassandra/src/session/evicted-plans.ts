import type { PreparedPlan } from './prepared-statement.ts';

/** Plans that the cache has forgotten and callers may still hold, as long as they do. */
export class EvictedPlans {
  readonly #plans = new Map<string, WeakRef<PreparedPlan>>();
  readonly #collected = new FinalizationRegistry<string>((key) => {
    // Another plan may have the key by now.
    if (this.#plans.get(key)?.deref() === undefined) this.#plans.delete(key);
  });

  get size(): number {
    return this.#plans.size;
  }

  add(plan: PreparedPlan): void {
    const key = keyOf(plan.cql, plan.keyspace);
    this.#plans.set(key, new WeakRef(plan));
    this.#collected.register(plan, key);
  }

  get(cql: string, keyspace: string | undefined): PreparedPlan | undefined {
    return this.#plans.get(keyOf(cql, keyspace))?.deref();
  }

  *[Symbol.iterator](): Generator<PreparedPlan> {
    for (const ref of this.#plans.values()) {
      const plan = ref.deref();
      if (plan !== undefined) yield plan;
    }
  }
}

function keyOf(cql: string, keyspace: string | undefined): string {
  return keyspace === undefined ? cql : `${keyspace}\0${cql}`;
}
