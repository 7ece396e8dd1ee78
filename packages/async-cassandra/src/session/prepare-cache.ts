import type { PreparedResult, SchemaChange } from '../protocol/index.ts';
import { PlanCache } from './plan-cache.ts';
import { PlanWait, type PrepareWait } from './plan-wait.ts';
import { preparedReceiver, PrepareRequest } from './prepare-request.ts';
import { PreparedPlan } from './prepared-statement.ts';
import { Request } from './request.ts';
import type { RequestCore } from './request-core.ts';
import { requestAborted } from './request-failures.ts';
import type { RequestSettings } from './request-settings.ts';
import type { TextFactsCache } from './text-facts.ts';

/** A preparation that is under way, and the request that makes it. */
interface PendingPlan {
  readonly plan: Promise<PreparedPlan>;
  readonly request: Request;
}

/**
 * Prepared statements by text and keyspace, bounded, the longest unused forgotten first. A text that is being
 * prepared is prepared once however many ask; each of them waits by its own deadline and signal, and none that gives
 * up takes the preparation from the others (rule 5 of the design).
 */
export class PrepareCache {
  /** How often a text was prepared already, and how often it was not. */
  hits = 0;
  misses = 0;
  readonly #core: RequestCore;
  readonly #facts: TextFactsCache;
  readonly #settings: RequestSettings;
  readonly #plans: PlanCache;
  readonly #pending = new Map<string | undefined, Map<string, PendingPlan>>();

  /** @param settings - of the PREPARE requests themselves */
  constructor(core: RequestCore, facts: TextFactsCache, settings: RequestSettings, size: number) {
    this.#core = core;
    this.#facts = facts;
    this.#settings = settings;
    this.#plans = new PlanCache(size);
  }

  get size(): number {
    return this.#plans.size;
  }

  /** The plan of a text that was prepared before, unless it must be prepared again. */
  find(cql: string, keyspace: string | undefined): PreparedPlan | undefined {
    const plan = this.#plans.get(cql, keyspace);
    if (plan === undefined || plan.isStale) return undefined;
    this.hits++;
    return plan;
  }

  /** What the schema has changed under is prepared again at its next use: values would be encoded by the old types. */
  onSchemaChange(change: SchemaChange): void {
    for (const plan of this.#plans) if (plan.dependsOn(change)) plan.isStale = true;
  }

  /** Prepares a stale plan again, for all who hold it. */
  async renew(plan: PreparedPlan, wait: PrepareWait): Promise<void> {
    // On v4 a statement can only be prepared in the keyspace of the session; nodes say when they do not know this one.
    if (this.#core.protocolVersion < 5 && plan.keyspace !== this.#core.keyspace) plan.isStale = false;
    else if ((await this.prepare(plan.cql, plan.keyspace, wait)) !== plan) plan.isStale = false;
  }

  /** Prepares a text, or waits for who does already. */
  prepare(cql: string, keyspace: string | undefined, wait: PrepareWait): Promise<PreparedPlan> {
    const known = this.find(cql, keyspace);
    if (known !== undefined) return Promise.resolve(known);
    this.misses++;
    if (wait.signal?.aborted === true) return Promise.reject(requestAborted(wait.signal));
    const { plan, request } = this.#pendingOf(cql, keyspace);
    return new PlanWait(this.#core, wait).for(plan, () => request.attempt?.connection.node);
  }

  /** Prepares a text on the node that the settings name, whether or not others know it; for this caller alone. */
  async prepareOn(cql: string, keyspace: string | undefined, settings: RequestSettings): Promise<PreparedPlan> {
    const prepared = await new Promise<PreparedResult>((resolve, reject) => {
      const done = (result: unknown): void => resolve(result as PreparedResult);
      new Request(this.#core, new PrepareRequest(cql, keyspace), [], settings, preparedReceiver, done, reject).start();
    });
    return this.#keep(cql, keyspace, prepared);
  }

  #pendingOf(cql: string, keyspace: string | undefined): PendingPlan {
    const ofKeyspace = this.#pending.get(keyspace) ?? new Map<string, PendingPlan>();
    this.#pending.set(keyspace, ofKeyspace);
    let pending = ofKeyspace.get(cql);
    if (pending === undefined) {
      pending = this.#request(cql, keyspace, () => {
        ofKeyspace.delete(cql);
        if (ofKeyspace.size === 0 && this.#pending.get(keyspace) === ofKeyspace) this.#pending.delete(keyspace);
      });
      ofKeyspace.set(cql, pending);
      pending.request.start();
    }
    return pending;
  }

  #request(cql: string, keyspace: string | undefined, onEnd: () => void): PendingPlan {
    let resolve: (result: PreparedResult) => void = () => undefined;
    let reject: (error: unknown) => void = () => undefined;
    const result = new Promise<PreparedResult>((onResult, onError) => {
      resolve = onResult;
      reject = onError;
    });
    const request = new Request(
      this.#core,
      new PrepareRequest(cql, keyspace),
      [],
      this.#settings,
      preparedReceiver,
      (prepared) => resolve(prepared as PreparedResult),
      reject,
    );
    const plan = result.then((prepared) => this.#keep(cql, keyspace, prepared)).finally(onEnd);
    // Every caller may have given up when it fails.
    plan.catch(() => undefined);
    return { plan, request };
  }

  #keep(cql: string, keyspace: string | undefined, result: PreparedResult): PreparedPlan {
    const known = this.#plans.known(cql, keyspace);
    const isSame = known !== undefined && result.id.equals(known.id);
    if (isSame) known.accept(result);
    const plan = isSame
      ? known
      : new PreparedPlan(cql, keyspace, this.#facts.get(cql).info, result, this.#core.registry);
    this.#plans.add(plan);
    return plan;
  }
}
