import { ConfigurationError } from '../../errors/index.ts';
import { MAX_TOKEN, MIN_TOKEN } from '../../metadata/index.ts';
import { DeliveredRows } from './delivered-rows.ts';
import { ScanRange } from './scan-range.ts';

/** A token range that a scan has still to read, or to read on. */
export interface ScanCheckpointRange {
  /** The token before the range. */
  readonly start: string;
  /** Its last token. */
  readonly end: string;
  /** Where its reading goes on; absent: at its beginning. */
  readonly pagingState?: string;
  /** Of the page that comes next, the rows that were handed out already: all below a token, and some of this token. */
  readonly delivered?: { readonly token: string; readonly rows: string };
}

/**
 * Where a scan stands: plain data that JSON can hold. A scan that is given it as `resumeFrom`, in whatever process,
 * reads what is missing and nothing else. It holds no values of rows and none of the condition's parameters, only hashes.
 */
export interface ScanCheckpoint {
  readonly version: 1;
  readonly keyspace: string;
  readonly table: string;
  /** Id of the table, so that one that was dropped and made again is not taken for it; null when it is not known yet. */
  readonly tableId: string | null;
  /** Class of the partitioner, which gives tokens their meaning; null when it is not known yet. */
  readonly partitioner: string | null;
  readonly columns: readonly string[] | null;
  /** The condition, with a hash of its parameters. */
  readonly where: { readonly cql: string; readonly params: string } | null;
  /** How many rows were handed out so far. */
  readonly rows: number;
  /** What is left; empty: nothing. */
  readonly ranges: readonly ScanCheckpointRange[];
}

/** What has to be the same for a scan to go on where another one stood. */
export type ScanFacts = Pick<ScanCheckpoint, 'keyspace' | 'table' | 'columns' | 'where'>;

/** Ranges as a checkpoint has them. */
export function describeRanges(ranges: readonly ScanRange[]): ScanCheckpointRange[] {
  return ranges.map(({ start, end, pagingState, delivered }) => ({
    start: start.toString(),
    end: end.toString(),
    ...(pagingState === undefined ? {} : { pagingState: pagingState.toString('base64url') }),
    ...(delivered === null ? {} : { delivered: delivered.describe() }),
  }));
}

function refuse(path: string, why: string): never {
  throw new ConfigurationError(path, `Scan option "${path}" ${why}`);
}

function textOf(value: unknown, path: string): string {
  return typeof value === 'string' ? value : refuse(path, 'must be a text, as it is in the checkpoint of a scan');
}

function tokenOf(value: unknown, path: string): bigint {
  const text = textOf(value, path);
  const token = /^-?\d{1,19}$/.test(text) ? BigInt(text) : undefined;
  if (token === undefined || token < MIN_TOKEN || token > MAX_TOKEN) refuse(path, 'must be a token');
  return token;
}

function bytesOf(value: unknown, path: string): Buffer {
  const text = textOf(value, path);
  const bytes = Buffer.from(text, 'base64url');
  if (text === '' || bytes.toString('base64url') !== text) refuse(path, 'must be bytes as base64url writes them');
  return bytes;
}

function objectOf(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null)
    refuse(path, 'must be an object, as the checkpoint of a scan has it');
  return value as Readonly<Record<string, unknown>>;
}

function readRange(value: unknown, path: string): ScanRange {
  const { start, end, pagingState, delivered } = objectOf(value, path);
  const range = new ScanRange(tokenOf(start, `${path}.start`), tokenOf(end, `${path}.end`));
  if (range.start >= range.end) refuse(path, 'must be a range whose end is above its start');
  if (pagingState !== undefined) range.pagingState = bytesOf(pagingState, `${path}.pagingState`);
  if (delivered !== undefined) {
    const { token, rows } = objectOf(delivered, `${path}.delivered`);
    const digests = DeliveredRows.parse(textOf(rows, `${path}.delivered.rows`));
    if (digests === null) refuse(`${path}.delivered.rows`, 'must be the hashes of rows');
    range.delivered = new DeliveredRows(tokenOf(token, `${path}.delivered.token`), digests);
  }
  return range;
}

/** Ranges in their order, of which no two overlap. */
function readRanges(value: unknown): ScanRange[] {
  const path = 'resumeFrom.ranges';
  if (!Array.isArray(value)) refuse(path, 'must be an array');
  const ranges = value
    .map((range, i) => readRange(range, `${path}[${i}]`))
    .sort((a, b) => (a.start < b.start ? -1 : 1));
  for (const [i, range] of ranges.entries()) {
    const before = ranges[i - 1];
    if (before !== undefined && range.start < before.end) refuse(path, 'must be ranges of which no two overlap');
  }
  return ranges;
}

/** What of an earlier scan a new one goes on with. */
export interface ResumedScan {
  readonly checkpoint: ScanCheckpoint;
  readonly ranges: readonly ScanRange[];
}

/**
 * Reads a checkpoint that was kept somewhere: nothing in it is believed before it was looked at.
 * @throws ConfigurationError when it is none, or one of a scan with another table, columns or condition
 */
export function readCheckpoint(given: unknown, facts: ScanFacts): ResumedScan {
  let value = given;
  if (typeof given === 'string') {
    try {
      value = JSON.parse(given) as unknown;
    } catch {
      refuse('resumeFrom', 'must be the checkpoint of a scan, or its JSON');
    }
  }
  const found = objectOf(value, 'resumeFrom');
  if (found['version'] !== 1)
    refuse('resumeFrom.version', 'must be 1; the checkpoint is of another version of the driver');
  const { rows, tableId, partitioner } = found;
  for (const name of ['keyspace', 'table', 'columns', 'where'] as const)
    if (canonical(found[name]) !== canonical(facts[name]))
      refuse(
        `resumeFrom.${name}`,
        `is not that of this scan; a scan goes on with the table, columns and condition that it began with`,
      );
  if (!Number.isSafeInteger(rows) || (rows as number) < 0) refuse('resumeFrom.rows', 'must be a number of rows');
  for (const [name, text] of Object.entries({ tableId, partitioner }))
    if (text !== null) textOf(text, `resumeFrom.${name}`);
  const ranges = readRanges(found['ranges']);
  return { checkpoint: { ...(found as unknown as ScanCheckpoint), ranges: describeRanges(ranges) }, ranges };
}

/** The same text for what means the same: columns in any order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return JSON.stringify([...(value as unknown[])].sort());
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  return JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Compares what only the cluster could tell.
 * @throws ConfigurationError when tokens or rows have another meaning by now
 */
export function checkIdentity(checkpoint: ScanCheckpoint, tableId: string | null, partitioner: string): void {
  if (checkpoint.partitioner !== null && checkpoint.partitioner !== partitioner)
    refuse('resumeFrom.partitioner', 'is not that of this cluster; the checkpoint is of another cluster');
  if (checkpoint.tableId !== null && tableId !== null && checkpoint.tableId !== tableId)
    refuse('resumeFrom.tableId', 'is not that of the table; it was dropped and made again, or is in another cluster');
}
