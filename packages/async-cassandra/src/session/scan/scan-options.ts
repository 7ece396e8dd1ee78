import { type OptionMessage, OptionReader } from '../../errors/index.ts';
import type { Params } from '../bind.ts';
import type { RequestOptions } from '../request-options.ts';
import type { ScanCheckpoint } from './scan-checkpoint.ts';

/** A condition on the rows of a scan. */
export interface ScanWhere {
  /**
   * What stands behind WHERE, without that word: `status = ? ALLOW FILTERING`. It is joined to the range's own condition
   * by AND. Neither LIMIT, ORDER BY nor GROUP BY: they would apply to each range by itself.
   */
  readonly cql: string;
  /** Values of its markers, by position or by name. */
  readonly params?: Params | undefined;
}

/** How far a scan has come. */
export interface ScanProgress {
  /** Rows handed out, those before `resumeFrom` included. */
  readonly rows: number;
  /** Pages that have been read to their end, by this scan. */
  readonly pages: number;
  /** Token ranges that have been read to their end, by this scan. */
  readonly rangesDone: number;
  /** Token ranges that this scan had to read. */
  readonly rangesTotal: number;
  /** The share of the token ring that has been read to its end, from 0 to 1. */
  readonly fraction: number;
}

/** The request options that each page of a scan takes. */
export type ScanRequestOption =
  | 'consistency'
  | 'fetchSize'
  | 'attemptTimeoutMs'
  | 'signal'
  | 'executionProfile'
  | 'retryPolicy'
  | 'customPayload'
  | 'trace'
  | 'nowInSeconds';

/** Options of `scan`. */
export interface ScanOptions extends Pick<RequestOptions, ScanRequestOption> {
  /** Keyspace of the table, exactly as the metadata has it. Default: the session's. */
  readonly keyspace?: string | undefined;
  /** Names of the columns to read, exactly as the metadata has them. Default: all. */
  readonly columns?: readonly string[] | undefined;
  readonly where?: ScanWhere | undefined;
  /** Pages that are being fetched, wait or are at hand, at most; each of another token range. Default 8. */
  readonly concurrency?: number | undefined;
  /**
   * How many token ranges the table is read in, about. Default: four times the concurrency, or as many as the token ring
   * has stretches with replicas of their own if that is more.
   */
  readonly splits?: number | undefined;
  /** The checkpoint of an earlier scan of the same table, columns and condition, or its JSON. */
  readonly resumeFrom?: ScanCheckpoint | string | undefined;
  /**
   * Called when a page has been read to its end, and at the end of the scan: a good moment to keep `checkpoint`. What it
   * throws is logged and does no harm.
   */
  readonly onProgress?: ((progress: ScanProgress) => void) | undefined;
  /** Bounds the whole scan, from its first row asked for to its last. Default: none. */
  readonly timeoutMs?: number | undefined;
  /** Bounds each sending of a page's request, its attempts on several nodes included. Default: the request timeout. */
  readonly pageTimeoutMs?: number | undefined;
  /**
   * How often a page that the retry policy has given up is asked for again, with pauses from 100 ms to 5 s between, while
   * nodes are down, slow or overloaded. Default 10; 0: never.
   */
  readonly pageRetries?: number | undefined;
}

/** The options that are the scan's own, with nothing absent. */
export interface OwnScanOptions {
  readonly columns: readonly string[] | null;
  readonly where: ScanWhere | null;
  readonly concurrency: number;
  readonly splits: number | undefined;
  readonly onProgress: ((progress: ScanProgress) => void) | undefined;
  readonly timeoutMs: number;
  readonly pageTimeoutMs: number | undefined;
  readonly pageRetries: number;
  /** For the requests; checked where they are resolved. */
  readonly requestOptions: Pick<RequestOptions, ScanRequestOption>;
}

/** Settings of requests that make no sense for each page of a scan. */
const REFUSED: ReadonlySet<string> = new Set([
  'pagingState',
  'idempotent',
  'serialConsistency',
  'timestamp',
  'node',
  'prepare',
  'hints',
]);

const scanMessage: OptionMessage = (path, requirement) => `Scan option "${path}" ${requirement}`;

function readColumns(reader: OptionReader): readonly string[] | null {
  const columns = reader.raw('columns');
  if (columns === undefined) return null;
  if (!Array.isArray(columns) || columns.length === 0)
    return reader.refuse('columns', 'an array of names of columns, or absent for all');
  const names = Array.from(columns, (name: unknown, i) =>
    typeof name === 'string' && name !== '' ? name : reader.refuse(`columns[${i}]`, 'the name of a column'),
  );
  if (new Set(names).size !== names.length) reader.refuse('columns', 'names of which none comes twice');
  return names;
}

function readWhere(reader: OptionReader): ScanWhere | null {
  if (reader.raw('where') === undefined) return null;
  const where = reader.inner('where');
  const cql = where.raw('cql');
  if (typeof cql !== 'string' || cql.trim() === '') return where.refuse('cql', 'a condition as CQL writes it');
  const params = where.raw('params');
  if (params !== undefined && (typeof params !== 'object' || params === null))
    return where.refuse('params', 'an array of values, or an object with the names of the markers');
  where.end();
  return { cql, params: copyOf(params as Params | undefined) };
}

/**
 * What it gives is the scan's own: the caller's options may change while the scan goes on.
 * @throws ConfigurationError naming the option that is mistyped or makes no sense for a scan
 */
export function readScanOptions(options: ScanOptions): OwnScanOptions {
  const reader = new OptionReader('', options, scanMessage);
  // Read by others.
  reader.raw('resumeFrom');
  reader.text('keyspace');
  const own = {
    columns: readColumns(reader),
    where: readWhere(reader),
    concurrency: reader.whole('concurrency', 8, 1, 4096),
    splits: reader.whole('splits', undefined, 1, 1_000_000),
    onProgress: reader.functionOf<(progress: ScanProgress) => void>('onProgress'),
    timeoutMs: reader.milliseconds('timeoutMs', Infinity),
    pageTimeoutMs: reader.milliseconds('pageTimeoutMs', undefined),
    pageRetries: reader.whole('pageRetries', 10, 0, 1_000_000),
  };
  const requestOptions = reader.rest();
  for (const name of Object.keys(requestOptions))
    if (REFUSED.has(name)) reader.refuse(name, 'left out: a scan is made of many requests, all of them prepared reads');
  return { ...own, requestOptions };
}

function copyOf(params: Params | undefined): Params | undefined {
  if (params === undefined) return undefined;
  return (Array.isArray(params) ? params.slice() : { ...params }) as Params;
}
