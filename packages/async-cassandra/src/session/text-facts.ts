import { LruMap } from './lru-map.ts';
import type { ResultMetadata } from './result-metadata.ts';
import { classifyStatement, type StatementInfo } from './statement-info.ts';

/** What is known of a text: found once, kept while it is in use. */
export interface TextFacts {
  readonly cql: string;
  readonly info: StatementInfo;
  /** Metadata of its last answer. */
  lastMetadata: ResultMetadata | undefined;
}

/** Texts longer than this are not kept: they carry literal values and hardly come again. */
const MAX_KEPT_LENGTH = 10_000;

/** Facts by text, bounded. */
export class TextFactsCache {
  readonly #facts: LruMap<string, TextFacts>;

  constructor(size: number) {
    this.#facts = new LruMap(size);
  }

  get(cql: string): TextFacts {
    const known = this.#facts.get(cql);
    if (known !== undefined) return known;
    const facts: TextFacts = { cql, info: classifyStatement(cql), lastMetadata: undefined };
    if (cql.length <= MAX_KEPT_LENGTH) this.#facts.set(cql, facts);
    return facts;
  }
}
