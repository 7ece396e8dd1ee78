import { createRequire } from 'node:module';
import { type Reply, rowsBody, type ScriptedCluster, type SchemaModel, t } from '../index.ts';
import { columnsOf, encodeRowsContent, encodeValue } from '../wire/index.ts';
import type { Exchange } from '../server/exchange.ts';

const { Murmur3Tokenizer } = createRequire(import.meta.url)('cassandra-driver/lib/tokenizer.js') as {
  Murmur3Tokenizer: new () => { hash(bytes: Uint8Array): { getValue(): { toString(): string } } };
};
const tokenizer = new Murmur3Tokenizer();

/** A row: `p` is its partition, `c` its place in it (null: the partition has nothing but its static column `s`). */
export interface TokenRow {
  readonly p: number;
  readonly c: number | null;
  readonly v: string;
}

/** Token of a partition, by another implementation. */
export function tokenOfPartition(p: number): bigint {
  const bytes = encodeValue(t.int, p);
  return BigInt(
    tokenizer
      .hash(bytes as Buffer)
      .getValue()
      .toString(),
  );
}

const TYPES = { p: t.int, c: t.int, v: t.text, s: t.text } as const;
const COLUMNS = ['p', 'c', 's', 'v'] as const;

interface Placed {
  readonly token: bigint;
  readonly row: TokenRow;
}

/** How a page is cut: fewer rows than were asked for, or none at all. */
export type PageLength = (asked: number, exchange: Exchange) => number;

/**
 * A table that scripted servers serve by ranges of tokens, as Cassandra does: rows by token and place, pages that go on
 * behind the last row that was sent, also when rows have come or gone meanwhile.
 */
export class TokenTable {
  readonly keyspace: string;
  readonly name: string;
  /** Asked for each page; default: as many rows as were asked for. */
  pageLength: PageLength = (asked) => asked;
  #rows: Placed[] = [];

  constructor(rows: Iterable<TokenRow>, keyspace = 'ks', name = 'wide') {
    this.keyspace = keyspace;
    this.name = name;
    for (const row of rows) this.#rows.push({ token: tokenOfPartition(row.p), row });
    this.#sort();
  }

  /** Tells the schema of it. */
  describe(schema: SchemaModel, replicationFactor = 1): void {
    schema.addKeyspace(this.keyspace, { class: 'SimpleStrategy', replication_factor: String(replicationFactor) });
    schema.addTable(this.keyspace, this.name, TYPES, { partitionKey: ['p'], clusteringKey: ['c'], statics: ['s'] });
  }

  /** All rows, in the order of their tokens. */
  get rows(): TokenRow[] {
    return this.#rows.map(({ row }) => row);
  }

  add(row: TokenRow): void {
    this.#rows.push({ token: tokenOfPartition(row.p), row });
    this.#sort();
  }

  remove(gone: (row: TokenRow) => boolean): void {
    this.#rows = this.#rows.filter(({ row }) => !gone(row));
  }

  /** Has all nodes answer scans of these columns. */
  serve(servers: ScriptedCluster, columns: readonly string[] = COLUMNS): void {
    servers.when(this.matcher(columns), this.reply(columns), { bind: { start: t.bigint, end: t.bigint } });
  }

  /** The statement that a scan of these columns is expected to send. */
  matcher(columns: readonly string[] = COLUMNS): string {
    const list = columns.map((name) => `"${name}"`).join(', ');
    return `SELECT ${list} FROM "${this.keyspace}"."${this.name}" WHERE token("p") > ? AND token("p") <= ?`;
  }

  /** Answers with a page of the range that is bound. */
  reply(columns: readonly string[] = COLUMNS, wanted: (row: TokenRow) => boolean = () => true): Reply {
    const types = Object.fromEntries(columns.map((name) => [name, TYPES[name as keyof typeof TYPES]]));
    const own = columnsOf(this.keyspace, this.name, types);
    return {
      columns: own,
      send: (x) => {
        const [start, end] = x.request.values.slice(0, 2).map((value) => (value as Buffer).readBigInt64BE());
        const { pagingState, pageSize = 5000 } = x.request.parameters ?? {};
        const after = pagingState == null ? null : readState(pagingState);
        const left = this.#rows.filter(
          (placed) =>
            placed.token > (start as bigint) &&
            placed.token <= (end as bigint) &&
            (after === null || compare(placed, after) > 0) &&
            wanted(placed.row),
        );
        const length = Math.min(this.pageLength(pageSize ?? 5000, x), left.length);
        const page = left.slice(0, length);
        const last = page.at(-1) ?? after;
        const state = length === left.length ? undefined : writeState(last);
        const content = encodeRowsContent(
          own,
          page.map(({ row }) => columns.map((name) => (name === 's' ? `of ${row.p}` : row[name as keyof TokenRow]))),
        );
        x.result(rowsBody(x, own, content, state));
      },
    };
  }

  #sort(): void {
    this.#rows.sort(compare);
  }
}

function compare(a: Placed, b: Placed): number {
  if (a.token !== b.token) return a.token < b.token ? -1 : 1;
  return a.row.p - b.row.p || (a.row.c ?? -1) - (b.row.c ?? -1);
}

/** The place of the row that was sent last; before all rows when none was. */
function writeState(last: Placed | null): Buffer {
  if (last === null) return Buffer.from('null');
  return Buffer.from(JSON.stringify({ token: String(last.token), row: { ...last.row, v: '' } }));
}

function readState(state: Buffer): Placed | null {
  const value = JSON.parse(state.toString()) as { token: string; row: TokenRow } | null;
  return value === null ? null : { token: BigInt(value.token), row: value.row };
}

/** `partitions` of up to `longest` rows each; some have a static column only. */
export function someRows(partitions: number, longest: number, next: () => number): TokenRow[] {
  return Array.from({ length: partitions }, (_, p) => {
    const length = Math.floor(next() * (longest + 1));
    if (length === 0) return [{ p, c: null, v: 'static' }];
    return Array.from({ length }, (_unused, c) => ({ p, c, v: `${p}/${c}` }));
  }).flat();
}
