/**
 * One life of a process that reads a table little by little: reads some pages from where the last one stopped, and prints
 * the rows and the paging state for the next.
 *
 *     node ... read-some-pages.ts '{"options":{...}, "keyspace":"...", "cql":"...", "pagingState":"<hex>", "maxPages":2}'
 */
import { AsyncCluster, type ClusterOptions } from 'async-cassandra';

/** What to read. */
export interface PagesTask {
  readonly options: ClusterOptions;
  readonly keyspace: string;
  readonly cql: string;
  /** Hexadecimal; null at the beginning. */
  readonly pagingState: string | null;
  readonly maxPages: number;
}

/** What was read. */
export interface PagesRead {
  readonly rows: readonly unknown[];
  readonly pagingState: string | null;
}

async function read(task: PagesTask): Promise<PagesRead> {
  await using cluster = new AsyncCluster(task.options);
  const session = await cluster.connect(task.keyspace);
  const pagingState = task.pagingState === null ? undefined : Buffer.from(task.pagingState, 'hex');
  const { maxPages } = task;
  const stream = await session.executeStream(task.cql, [], { fetchSize: 40, maxPages, pagingState });
  const rows: unknown[] = [];
  for await (const row of stream) rows.push(row);
  return { rows, pagingState: stream.pagingState?.toString('hex') ?? null };
}

const [, , text = ''] = process.argv;
process.stdout.write(JSON.stringify(await read(JSON.parse(text) as PagesTask)));
