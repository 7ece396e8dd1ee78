import { ConfigurationError } from '../errors/index.ts';
import type { Params } from './bind.ts';
import { BoundQuery } from './bound-query.ts';
import { PreparedStatement } from './prepared-statement.ts';

/** Kinds of batch: logged (all of it will be applied, eventually), unlogged (no such promise), and of counters. */
export type BatchType = 'logged' | 'unlogged' | 'counter';

/** Options of one statement of a batch. */
export interface BatchMemberOptions {
  /** Whether applying the statement twice does the same as once. */
  readonly idempotent?: boolean | undefined;
}

/** One statement of a batch. */
export interface BatchMember {
  readonly query: string | PreparedStatement;
  readonly params: Params | undefined;
  readonly isIdempotent: boolean | undefined;
}

/** More do not fit into the protocol's count of statements. */
export const MAX_BATCH_STATEMENTS = 65_535;

/** Statements that are sent, and applied, together. */
export class BatchStatement {
  readonly type: BatchType;
  readonly #members: BatchMember[] = [];

  /** @throws ConfigurationError for another type */
  constructor(type: BatchType = 'logged') {
    if (type !== 'logged' && type !== 'unlogged' && type !== 'counter') {
      throw new ConfigurationError('type', 'The type of a batch must be "logged", "unlogged" or "counter"');
    }
    this.type = type;
  }

  /** How many statements it holds. */
  get size(): number {
    return this.#members.length;
  }

  /** @internal */
  get members(): readonly BatchMember[] {
    return this.#members;
  }

  /**
   * Adds a statement: prepared, as text (which is prepared when it has values), or a `cql` template.
   * @throws ConfigurationError when the batch is full or the arguments are of another kind
   */
  add(query: string | PreparedStatement | BoundQuery, params?: Params, options: BatchMemberOptions = {}): this {
    if (this.#members.length >= MAX_BATCH_STATEMENTS) {
      throw new ConfigurationError('batch', `A batch holds at most ${MAX_BATCH_STATEMENTS} statements; split it`);
    }
    const { idempotent: isIdempotent, ...unknown } = options;
    const [extra] = Object.keys(unknown);
    if (extra !== undefined)
      throw new ConfigurationError(
        extra,
        `Option "${extra}" of a batch statement is unknown; there is only idempotent`,
      );
    if (isIdempotent !== undefined && typeof isIdempotent !== 'boolean')
      throw new ConfigurationError('idempotent', 'Option "idempotent" of a batch statement must be true or false');
    if (query instanceof BoundQuery) {
      if (params !== undefined)
        throw new ConfigurationError('params', 'A cql template has its values; it takes no parameters');
      this.#members.push({ query: query.cql, params: query.values, isIdempotent });
    } else if (query instanceof PreparedStatement)
      this.#members.push({ query, params, isIdempotent: isIdempotent ?? query.isIdempotent });
    else if (typeof query === 'string') this.#members.push({ query, params, isIdempotent });
    else throw new ConfigurationError('query', 'A batch takes a text, a prepared statement or a cql template');
    return this;
  }
}
