import { createHash } from 'node:crypto';
import type { TrackedRequest, TrackedStatement } from '../../diagnostics/index.ts';
import { normalizeQuery } from './normalize-query.ts';

/** What a statement is called in metrics. */
export interface StatementName {
  /** The text without its values. */
  readonly query: string;
  readonly hash: string;
}

/** A short name for a normalised text, the same in every process. */
export function hashQuery(query: string): string {
  return createHash('sha256').update(query).digest('hex').slice(0, 16);
}

/** Names of statements, found once for each text that is in use. */
export class StatementNames {
  readonly #names = new WeakMap<TrackedStatement, StatementName>();

  of(request: TrackedRequest): StatementName {
    const { statement } = request;
    let name = this.#names.get(statement);
    if (name === undefined) {
      // What stands for a batch is made up of nothing but its type and size.
      const query = request.type === 'batch' ? 'batch' : normalizeQuery(request.cql);
      const prefixed = request.type === 'prepare' ? `prepare ${query}` : query;
      name = { query: prefixed, hash: hashQuery(prefixed) };
      this.#names.set(statement, name);
    }
    return name;
  }
}
