import { waitFor } from '../../cluster/index.ts';
import { ConfigurationError, TimeoutError } from '../../errors/index.ts';
import { TokenPair, writeToken } from '../../metadata/index.ts';
import { withOwnSignal } from '../abort-registry.ts';
import type { OpenStreams } from '../open-streams.ts';
import type { PrepareCache } from '../prepare-cache.ts';
import type { RequestCore } from '../request-core.ts';
import { sessionClosed } from '../request-failures.ts';
import type { RequestSettings, SettingsContext } from '../request-settings.ts';
import { planRanges, wholeRing } from './plan-ranges.ts';
import { checkIdentity, type ResumedScan } from './scan-checkpoint.ts';
import { ScanFetcher } from './scan-fetcher.ts';
import type { OwnScanOptions } from './scan-options.ts';
import { scanQuery } from './scan-query.ts';
import { ScanStatement } from './scan-statement.ts';
import { findTarget, type SchemaSource, type TableName } from './scan-target.ts';

/** What a session lends to its scans. */
export interface ScanContext {
  readonly core: RequestCore;
  readonly defaults: RequestSettings;
  readonly context: SettingsContext;
  readonly cache: PrepareCache;
  readonly streams: OpenStreams;
  readonly schema: SchemaSource;
}

/** A scan as it was asked for. */
export interface ScanOrder {
  readonly name: TableName;
  readonly options: OwnScanOptions;
  readonly settings: RequestSettings;
  readonly resumed: ResumedScan | null;
}

/** A scan that has begun. */
export interface OpenScan {
  readonly fetcher: ScanFetcher;
  readonly tableId: string | null;
  readonly partitioner: string;
  readonly rangesTotal: number;
  /** Tokens of these ranges. */
  readonly width: bigint;
}

/** Ranges for each page that may be held: so many that the last ones do not leave the others without work for long. */
const RANGES_PER_PAGE = 4;

/**
 * Finds the table, prepares the statement and lays out the ranges.
 * @param deadline - end of the whole scan on the clock of `Timers.now`, or Infinity
 * @throws ConfigurationError, InvalidValueError, and what preparing may throw
 */
export async function openScan(
  { core, cache, schema }: ScanContext,
  { name, options, settings, resumed }: ScanOrder,
  deadline: number,
): Promise<OpenScan> {
  const { where, columns, concurrency, splits, pageRetries, timeoutMs } = options;
  const { timers } = core.parts.seams;
  // Holds the clock and not the scan, which may be forgotten during a fetch.
  const remainingMs = (): number => deadline - timers.now();
  const time = (): number => Math.max(1, Math.min(settings.timeoutMs, remainingMs()));
  const target = await unlessClosed(core, time(), findTarget(name, columns, schema), settings.signal);
  const partitioner = schema.metadata().partitioner.className;
  if (resumed !== null) checkIdentity(resumed.checkpoint, target.id, partitioner);
  const wait = { timeoutMs: time(), signal: settings.signal };
  const plan = await cache.prepare(scanQuery(target, where), core.keyspace, wait);
  if (plan.info.kind !== 'read')
    throw new ConfigurationError('where.cql', 'Scan option "where.cql" makes something else of the SELECT; check it');
  const ring = schema.metadata().replicatedRanges(name.keyspace);
  const left = resumed?.ranges ?? [wholeRing()];
  const ranges = planRanges(left, ring, splits, concurrency * RANGES_PER_PAGE);
  const token = new TokenPair();
  const fetcher = new ScanFetcher(ranges, {
    core,
    statement: new ScanStatement(plan.statement, where?.params, core.registry),
    settings,
    pageRetries,
    remainingMs,
    replicasOf: ({ end }) => {
      writeToken(end, token);
      return schema.metadata().tokenMap.replicas(name.keyspace, token.hi, token.lo);
    },
    shape: { key: target.key, visible: target.visible },
    concurrency,
    timeoutMs,
  });
  const width = ranges.reduce((sum, range) => sum + range.width, 0n);
  return { fetcher, tableId: target.id, partitioner, rangesTotal: ranges.length, width };
}

/** Waits for what the cluster does, which goes on when the session closes or the signal fires. */
async function unlessClosed<T>(
  core: RequestCore,
  timeoutMs: number,
  work: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const { timers } = core.parts.seams;
  const timeoutError = (): TimeoutError => schemaTimeout(timeoutMs);
  const wait = withOwnSignal(core.aborts, signal, (own) =>
    waitFor(work, { timers, timeoutMs, signal: own, timeoutError }),
  );
  try {
    return await waitFor(wait, { timers, timeoutMs, signal: core.closing, timeoutError });
  } catch (error) {
    wait.catch(() => undefined);
    throw core.isClosed ? sessionClosed() : error;
  }
}

function schemaTimeout(timeoutMs: number): TimeoutError {
  return new TimeoutError(
    `Reading the schema took longer than the time of a page (${timeoutMs} ms); check the cluster's load`,
    timeoutMs,
    { outcome: 'notSent' },
  );
}
