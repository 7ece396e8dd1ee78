import { ConfigurationError } from '../errors/index.ts';
import type { BatchMember, BatchStatement, BatchType } from './batch-statement.ts';
import { type ReadyMember, BatchRequest } from './batch-request.ts';
import { bindValues, type Params } from './bind.ts';
import type { PrepareWait } from './plan-wait.ts';
import type { PrepareCache } from './prepare-cache.ts';
import { PreparedStatement, type PreparedPlan } from './prepared-statement.ts';
import type { ReadyStatement } from './ready-statement.ts';
import type { TextFactsCache } from './text-facts.ts';

/** What preparing a batch takes. */
export interface BatchContext {
  readonly cache: PrepareCache;
  readonly facts: TextFactsCache;
  readonly keyspace: string | undefined;
  readonly wait: PrepareWait;
}

function hasValues(params: Params | undefined): params is Params {
  if (params === undefined) return false;
  return Array.isArray(params) ? params.length > 0 : Object.keys(params).length > 0;
}

/**
 * Binds the statements of a batch; those that are known need no waiting, so that a batch of prepared statements is
 * sent in the same turn.
 * @returns the request, or a promise of it when texts must be prepared first
 * @throws InvalidValueError, ConfigurationError
 */
export function prepareBatch(
  batch: BatchStatement,
  isIdempotent: boolean | undefined,
  context: BatchContext,
): ReadyStatement | Promise<ReadyStatement> {
  if (batch.size === 0) throw new ConfigurationError('batch', 'The batch is empty; add statements before executing it');
  const { members, type } = batch;
  const plans = new Map<string, PreparedPlan | null>();
  const missing = new Set<string>();
  const stale = new Set<PreparedPlan>();
  for (const member of members) {
    if (member.query instanceof PreparedStatement && member.query.plan.isStale) stale.add(member.query.plan);
    if (typeof member.query !== 'string' || plans.has(member.query) || !hasValues(member.params)) continue;
    const plan = context.cache.find(member.query, context.keyspace) ?? null;
    plans.set(member.query, plan);
    if (plan === null) missing.add(member.query);
  }
  // Values are taken now: what the caller changes while texts are being prepared does not matter any more.
  const isReady = missing.size === 0 && stale.size === 0;
  const taken = members.map((member) => (isReady ? member : { ...member, params: copyOf(member.params) }));
  const build = (): ReadyStatement => {
    const ready = taken.map((member) => bindMember(member, plans, context));
    if (isIdempotent === true) refuseUnsafeMembers(type, taken, ready);
    return { statement: new BatchRequest(type, ready), values: [] };
  };
  if (isReady) return build();
  const renewing = [...stale].map((plan) => context.cache.renew(plan, context.wait));
  const preparing = [...missing].map(async (cql) => {
    plans.set(cql, await context.cache.prepare(cql, context.keyspace, context.wait));
  });
  return Promise.all([...preparing, ...renewing]).then(build);
}

function copyOf(params: Params | undefined): Params | undefined {
  if (params === undefined) return undefined;
  return Array.isArray(params) ? (params.slice() as unknown[]) : { ...params };
}

function bindMember(
  member: BatchMember,
  plans: ReadonlyMap<string, PreparedPlan | null>,
  context: BatchContext,
): ReadyMember {
  const { query, params } = member;
  if (query instanceof PreparedStatement)
    return { plan: query.plan, values: bindValues(query.plan.variables, params ?? []), info: query.plan.info };
  const plan = hasValues(params) ? plans.get(query) : undefined;
  if (plan === undefined || plan === null || params === undefined)
    return { plan: null, cql: query, values: [], info: context.facts.get(query).info };
  return { plan, values: bindValues(plan.variables, params), info: plan.info };
}

/** A batch that is said to be idempotent must not hold what cannot be (rule 3 of the design). */
function refuseUnsafeMembers(type: BatchType, members: readonly BatchMember[], ready: readonly ReadyMember[]): void {
  ready.forEach((member, index) => {
    const isMarked = members[index]?.isIdempotent;
    let reason: string | null = null;
    if (isMarked === false) reason = 'is marked idempotent: false';
    else if (type === 'counter' || member.info.isCounter) reason = 'changes a counter';
    else if (member.info.isConditional && isMarked !== true) reason = 'is conditional and not marked idempotent: true';
    if (reason !== null)
      throw new ConfigurationError(
        'idempotent',
        `The batch is executed with idempotent: true, but its statement ${index} ${reason}`,
      );
  });
}
