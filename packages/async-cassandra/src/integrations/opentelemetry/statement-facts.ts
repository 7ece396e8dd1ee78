import type { TrackedRequest, TrackedStatement } from '../../diagnostics/index.ts';
import { normalizeQuery } from '../../observability/index.ts';
import type { TracingSettings } from './options.ts';

/** What spans tell of a statement, found once for each text. */
export interface StatementFacts {
  /** The span's name: of low cardinality, without values. */
  readonly name: string;
  /** The first keyword; undefined when it is none of CQL's, since it may be anything then. */
  readonly operation: string | undefined;
  readonly summary: string | undefined;
}

/** Longer texts are cut: they end in `...`. */
const MAX_TEXT_LENGTH = 10_000;
/** As the conventions have it. */
const MAX_SUMMARY_LENGTH = 255;

const OPERATIONS: ReadonlySet<string> = new Set([
  ...[
    'SELECT',
    'INSERT',
    'UPDATE',
    'DELETE',
    'BATCH',
    'BEGIN',
    'TRUNCATE',
    'USE',
    'PREPARE',
    'CREATE',
    'ALTER',
    'DROP',
  ],
  ...['GRANT', 'REVOKE', 'LIST', 'DESCRIBE', 'DESC', 'ADD'],
]);

/** Names, summaries and texts of statements, kept as long as the driver keeps the statement. */
export class StatementCache {
  readonly #queryText: TracingSettings['queryText'];
  readonly #facts = new WeakMap<TrackedStatement, StatementFacts>();
  readonly #sanitized = new WeakMap<TrackedStatement, string>();

  constructor(queryText: TracingSettings['queryText']) {
    this.#queryText = queryText;
  }

  facts({ statement }: TrackedRequest): StatementFacts {
    let facts = this.#facts.get(statement);
    if (facts === undefined) {
      facts = factsOf(statement);
      this.#facts.set(statement, facts);
    }
    return facts;
  }

  /** The text as spans may tell it; undefined for batches, whose texts the driver does not tell. */
  text({ statement, cql, parameterCount, type }: TrackedRequest): string | undefined {
    if (this.#queryText === 'none' || type === 'batch') return undefined;
    if (this.#queryText === 'parameterized' && parameterCount > 0) return shorten(cql);
    let text = this.#sanitized.get(statement);
    if (text === undefined) {
      text = normalizeQuery(cql);
      this.#sanitized.set(statement, text);
    }
    return text;
  }
}

function factsOf({ operation, table }: TrackedStatement): StatementFacts {
  if (!OPERATIONS.has(operation)) return { name: 'cassandra', operation: undefined, summary: undefined };
  const verb = operation === 'BEGIN' ? 'BATCH' : operation;
  const full = table === undefined ? verb : `${verb} ${table}`;
  // Cut between words only.
  const summary = full.length > MAX_SUMMARY_LENGTH ? verb : full;
  return { name: summary, operation: verb, summary };
}

function shorten(text: string): string {
  return text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}...` : text;
}
