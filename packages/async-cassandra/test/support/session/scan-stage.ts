import assert from 'node:assert/strict';
import type { Row } from '../../../src/index.ts';
import type { AsyncTableScan, ScanCheckpoint, ScanOptions } from '../../../src/session/index.ts';
import { SchemaModel, SeededRandom } from '../index.ts';
import { type HarnessOptions, SessionHarness } from './session-harness.ts';
import { someRows, type TokenRow, TokenTable } from './token-table.ts';

/** A session on scripted servers that have a table, and scans of it. */
export interface ScanStage extends AsyncDisposable {
  readonly h: SessionHarness;
  readonly table: TokenTable;
  scan(options?: ScanOptions): AsyncTableScan;
}

/** Three nodes that serve rows by ranges of tokens. */
export async function startScans(
  rows: Iterable<TokenRow>,
  options: HarnessOptions & { readonly rf?: number } = {},
): Promise<ScanStage> {
  const table = new TokenTable(rows);
  const schema = new SchemaModel();
  table.describe(schema, options.rf ?? 1);
  const h = await SessionHarness.start({ nodes: 3, ...options, servers: { schema, ...options.servers } });
  table.serve(h.servers);
  return {
    h,
    table,
    scan: (scanOptions = {}) => h.session.scan('ks.wide', scanOptions),
    [Symbol.asyncDispose]: () => h[Symbol.asyncDispose](),
  };
}

/** What a row is called: no other has the same. */
export const idOf = (row: Row | TokenRow): string =>
  `${String(row['p' as keyof typeof row])}/${String(row['c' as keyof typeof row])}`;

/** Reads a scan to its end. @returns what its rows are called */
export async function collect(scan: AsyncIterable<Row>, into: string[] = []): Promise<string[]> {
  for await (const row of scan) into.push(idOf(row));
  return into;
}

/** As `collect`, by pages. */
export async function collectPages(scan: AsyncTableScan, into: string[] = []): Promise<string[]> {
  for await (const page of scan.pages()) {
    assert.ok(page.length > 0);
    into.push(...page.map(idOf));
  }
  return into;
}

export const sorted = (ids: readonly string[]): string[] => [...ids].sort();

/** A checkpoint that was stored meanwhile. */
export const throughJson = (checkpoint: ScanCheckpoint): ScanCheckpoint =>
  JSON.parse(JSON.stringify(checkpoint)) as ScanCheckpoint;

/** Partitions of all lengths up to seven. */
export const ROWS: readonly TokenRow[] = someRows(60, 7, new SeededRandom(7).next);
/** What all of them are called, sorted. */
export const ALL: readonly string[] = sorted(ROWS.map(idOf));

/** How many pages servers were asked for. */
export const pagesAsked = (h: SessionHarness): number =>
  h.statements.filter(({ cql }) => cql?.includes('token(') === true).length;

/** Iterates while virtual time runs. */
export async function* iterate(stage: ScanStage, scan: AsyncTableScan): AsyncGenerator<Row> {
  const iterator = scan[Symbol.asyncIterator]();
  for (
    let next = await stage.h.settle(iterator.next());
    next.done !== true;
    next = await stage.h.settle(iterator.next())
  )
    yield next.value;
}
