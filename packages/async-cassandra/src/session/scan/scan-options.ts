import { ConfigurationError } from '../../errors/index.ts';
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

function check(path: string, isRight: boolean, expected: string): void {
  if (!isRight) throw new ConfigurationError(path, `Scan option "${path}" must be ${expected}`);
}

function whole(path: string, value: unknown, min: number, max: number): void {
  const isRight = Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
  check(path, value === undefined || isRight, `a whole number from ${min} to ${max}`);
}

function time(path: string, value: unknown): void {
  check(path, value === undefined || (typeof value === 'number' && value > 0), 'a positive number of milliseconds');
}

function checkColumns(columns: unknown): void {
  check('columns', Array.isArray(columns) && columns.length > 0, 'an array of names of columns, or absent for all');
  const names = columns as readonly unknown[];
  for (const [i, name] of names.entries())
    check(`columns[${i}]`, typeof name === 'string' && name !== '', 'the name of a column');
  check('columns', new Set(names).size === names.length, 'names of which none comes twice');
}

function checkWhere(where: unknown): void {
  check('where', typeof where === 'object' && where !== null, 'an object with cql and params');
  for (const name of Object.keys(where as object))
    check(`where.${name}`, name === 'cql' || name === 'params', 'left out: it is unknown, check its spelling');
  const { cql, params } = where as ScanWhere;
  check('where.cql', typeof cql === 'string' && cql.trim() !== '', 'a condition as CQL writes it');
  const isRight = params === undefined || (typeof params === 'object' && params !== null);
  check('where.params', isRight, 'an array of values, or an object with the names of the markers');
}

/** @throws ConfigurationError naming the option that is mistyped or makes no sense for a scan */
export function readScanOptions(options: ScanOptions): OwnScanOptions {
  check('options', typeof options === 'object' && options !== null, 'an object');
  const {
    keyspace,
    columns,
    where,
    concurrency = 8,
    splits,
    resumeFrom: _resumeFrom,
    onProgress,
    timeoutMs,
    pageTimeoutMs,
    pageRetries = 10,
    ...requestOptions
  } = options;
  for (const name of Object.keys(requestOptions))
    check(name, !REFUSED.has(name), 'left out: a scan is made of many requests, all of them prepared reads');
  check('keyspace', keyspace === undefined || (typeof keyspace === 'string' && keyspace !== ''), 'a name');
  if (columns !== undefined) checkColumns(columns);
  if (where !== undefined) checkWhere(where);
  whole('concurrency', concurrency, 1, 4096);
  whole('splits', splits, 1, 1_000_000);
  whole('pageRetries', pageRetries, 0, 1_000_000);
  check('onProgress', onProgress === undefined || typeof onProgress === 'function', 'a function');
  time('timeoutMs', timeoutMs);
  time('pageTimeoutMs', pageTimeoutMs);
  return {
    // Copies, for the caller's may change while the scan goes on.
    columns: columns === undefined ? null : [...columns],
    where: where === undefined ? null : { ...where, params: copyOf(where.params) },
    concurrency,
    splits,
    onProgress,
    timeoutMs: timeoutMs ?? Infinity,
    pageTimeoutMs,
    pageRetries,
    requestOptions,
  };
}

function copyOf(params: Params | undefined): Params | undefined {
  if (params === undefined) return undefined;
  return (Array.isArray(params) ? params.slice() : { ...params }) as Params;
}
