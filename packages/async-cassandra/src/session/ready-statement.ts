import { ConfigurationError } from '../errors/index.ts';
import { bindValues, type Params } from './bind.ts';
import { BoundQuery } from './bound-query.ts';
import type { PrepareCache } from './prepare-cache.ts';
import { PreparedStatement } from './prepared-statement.ts';
import type { Executable } from './request-contract.ts';
import type { RequestCore } from './request-core.ts';
import type { RequestSettings } from './request-settings.ts';
import { CqlLexer } from './statement-lexer.ts';
import type { TextFacts, TextFactsCache } from './text-facts.ts';
import { textStatement } from './text-values.ts';

/** A statement that can be sent, and its values in the order of its markers. */
export interface ReadyStatement {
  readonly statement: Executable;
  readonly values: readonly unknown[];
}

/** Where statements come from. */
export interface StatementContext {
  readonly core: RequestCore;
  readonly facts: TextFactsCache;
  readonly cache: PrepareCache;
}

const NO_VALUES: readonly unknown[] = Object.freeze([]);

/**
 * What to send for a text, a template or a prepared statement.
 * @returns a promise when something has to be done before: preparing, or changing the keyspace of v4 connections
 * @throws ConfigurationError, InvalidValueError
 */
export function readyStatement(
  context: StatementContext,
  query: string | PreparedStatement | BoundQuery,
  params: Params | undefined,
  settings: RequestSettings,
): ReadyStatement | Promise<ReadyStatement> {
  if (query instanceof PreparedStatement) {
    const { plan } = query;
    if (!plan.isStale) return { statement: query, values: bindValues(plan.variables, params ?? NO_VALUES) };
    const values = copyOf(params ?? NO_VALUES);
    return context.cache
      .renew(plan, settings)
      .then(() => ({ statement: query, values: bindValues(plan.variables, values) }));
  }
  const text = query instanceof BoundQuery ? query.cql : query;
  if (typeof text !== 'string')
    throw new ConfigurationError(
      'query',
      'A statement must be a text, a prepared statement, a cql template or a batch',
    );
  if (query instanceof BoundQuery && params !== undefined)
    throw new ConfigurationError('params', 'A cql template has its values; it takes no parameters');
  const given = query instanceof BoundQuery ? query.values : params;
  const { core, facts, cache } = context;
  if (given === undefined || !settings.isPrepared || isEmpty(given)) {
    const known = facts.get(text);
    const ready = textStatement(known, given ?? NO_VALUES, settings.hints, core.registry);
    return known.info.kind === 'use' && core.protocolVersion < 5 ? useFirst(core, known, ready) : ready;
  }
  const keyspace = settings.keyspace ?? core.keyspace;
  const plan = cache.find(text, keyspace);
  if (plan !== undefined) return { statement: plan.statement, values: bindValues(plan.variables, given) };
  // Taken now: what the caller changes while the text is being prepared does not matter any more.
  const taken = copyOf(given);
  return cache.prepare(text, keyspace, settings).then((prepared) => ({
    statement: prepared.statement,
    values: bindValues(prepared.variables, taken),
  }));
}

function copyOf(params: Params): Params {
  return (Array.isArray(params) ? params.slice() : { ...params }) as Params;
}

function isEmpty(params: Params): boolean {
  if (Array.isArray(params)) return params.length === 0;
  return typeof params === 'object' && params !== null && Object.keys(params).length === 0;
}

/**
 * On v4 `USE` would change the keyspace of one connection, under the requests that others send on it. The session
 * changes all of its connections first; the statement itself then changes nothing.
 */
async function useFirst(core: RequestCore, { cql }: TextFacts, ready: ReadyStatement): Promise<ReadyStatement> {
  const lexer = new CqlLexer(cql);
  lexer.next();
  const name = lexer.next();
  if (name !== null && (name.type === 'word' || name.type === 'name')) await core.parts.onKeyspaceSet(name.text);
  return ready;
}
