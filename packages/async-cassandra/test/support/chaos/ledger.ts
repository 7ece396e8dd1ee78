import type { Client } from 'cassandra-driver';
import { keyspace } from './load-client.ts';
import { isAcknowledged, type Operation, type OperationLog } from './operation-log.ts';

/** What the cluster holds of one client's doing. */
export interface Holdings {
  readonly writes: ReadonlySet<number>;
  readonly lists: ReadonlyMap<number, readonly number[]>;
  readonly counters: ReadonlyMap<number, number>;
}

/** Reads everything that a client left, at QUORUM, by a driver that had no part in writing it. */
export async function readHoldings(oracle: Client, client: string): Promise<Holdings> {
  const writes = new Set<number>();
  const lists = new Map<number, readonly number[]>();
  const counters = new Map<number, number>();
  const rowsOf = async function* (table: string): AsyncGenerator<Record<string, unknown>> {
    const found = await oracle.execute(`SELECT * FROM ${keyspace}.${table}`, [], { fetchSize: 1_000 });
    for await (const row of found) if (row['client'] === client) yield row;
  };
  for await (const row of rowsOf('writes')) writes.add(Number(row['id']));
  for await (const row of rowsOf('lists')) lists.set(Number(row['id']), (row['items'] ?? []) as number[]);
  for await (const row of rowsOf('counters')) counters.set(Number(row['id']), Number(row['total']));
  return { writes, lists, counters };
}

/** What is wrong with what the cluster holds, one line each: nothing, if the client kept its word. */
export function auditHoldings(log: OperationLog, holdings: Holdings): string[] {
  return [...auditWrites(log, holdings), ...auditLists(log, holdings), ...auditCounters(log, holdings)];
}

/** Rows that were acknowledged and are not there. */
function auditWrites(log: OperationLog, { writes }: Holdings): string[] {
  const missing = log.acknowledgedRows.filter((row) => !writes.has(row));
  const unread = log.lostReads.map(({ row }) => `Row ${row} was acknowledged and not found by a later read`);
  return [...missing.map((row) => `Row ${row} was acknowledged and is missing`), ...unread];
}

/** Acknowledged items are there once, unknown ones at most once, all others never. */
function auditLists(log: OperationLog, { lists }: Holdings): string[] {
  const wrong: string[] = [];
  const appends = log.operations.filter(({ kind }) => kind === 'append');
  for (const operation of appends) {
    const { row, item } = operation;
    const found = (lists.get(row) ?? []).filter((each) => each === item).length;
    const least = isAcknowledged(operation) ? 1 : 0;
    const most = isPossible(operation) ? 1 : 0;
    if (found < least || found > most)
      wrong.push(`Item ${item} of list ${row}, ${describe(operation)}, is there ${found} times`);
  }
  const asked = new Set(appends.map(({ item }) => item));
  const stray = [...lists.values()].flat().filter((item) => !asked.has(item));
  return [...wrong, ...stray.map((item) => `Item ${item} was never appended`)];
}

/** acknowledged <= counter <= acknowledged + unknown */
function auditCounters(log: OperationLog, { counters }: Holdings): string[] {
  const bounds = new Map<number, { least: number; most: number }>();
  for (const operation of log.operations) {
    if (operation.kind !== 'increment') continue;
    const { least, most } = bounds.get(operation.row) ?? { least: 0, most: 0 };
    bounds.set(operation.row, {
      least: least + Number(isAcknowledged(operation)),
      most: most + Number(isPossible(operation)),
    });
  }
  return [...bounds].flatMap(([row, { least, most }]) => {
    const total = counters.get(row) ?? 0;
    return total >= least && total <= most ? [] : [`Counter ${row} is ${total}, not from ${least} to ${most}`];
  });
}

/** Whether the operation may have been applied. Where a driver does not say, it may. */
function isPossible(operation: Operation): boolean {
  return isAcknowledged(operation) || (operation.outcome ?? 'unknown') === 'unknown';
}

function describe(operation: Operation): string {
  if (isAcknowledged(operation)) return 'acknowledged';
  return `failed as ${operation.outcome ?? 'it is'} (${operation.failure ?? 'never settled'})`;
}
