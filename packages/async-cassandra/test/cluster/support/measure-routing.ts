import assert from 'node:assert/strict';
import type { AsyncCassandraSession, ExecutionInfo } from 'async-cassandra';
import { countOf, type CountsOfNodes, type ServerCounters } from './server-counters.ts';

/** What a request tells afterwards. */
export interface Routed {
  readonly executionInfo: ExecutionInfo;
}

/** A request for one partition of a table. */
export interface RoutedRequest {
  readonly table: string;
  readonly kind: 'read' | 'write';
  run(session: AsyncCassandraSession): Promise<Routed>;
}

/** How many requests reached the node that holds their partition, by the servers' own counts. */
export interface Routing {
  /** Requests that the servers coordinated. */
  readonly total: number;
  readonly hits: number;
  /** Requests coordinated, by node. */
  readonly byNode: ReadonlyMap<string, number>;
  /** Tables with requests that went elsewhere first. */
  readonly missed: readonly string[];
}

const CONCURRENCY = 32;

/**
 * Sends all requests twice. The second time it sends those together that were answered by the same node the first time,
 * and has all nodes tell what they counted meanwhile: with one replica a request has hit if that node has both coordinated
 * it and found the data at itself. Whatever another node has coordinated, or had to be asked for, is a miss.
 */
export async function measureRouting(
  counters: ServerCounters,
  session: AsyncCassandraSession,
  requests: readonly RoutedRequest[],
): Promise<Routing> {
  const groups = await groupByCoordinator(session, requests);
  const byNode = new Map<string, number>();
  const missed = new Set<string>();
  let total = 0;
  let hits = 0;
  for (const [node, group] of groups) {
    const counts = await counters.during(() => runAll(session, group));
    for (const [table, kind] of subjectsOf(group)) {
      const found = hitsAt(counts, node, table, kind);
      total += found.total;
      hits += found.hits;
      if (found.hits < found.total) missed.add(`${table} ${kind} at ${node}: ${found.hits} of ${found.total}`);
    }
    for (const each of counts.keys()) {
      const coordinated = countOf(counts, each, 'coordinatedReads') + countOf(counts, each, 'coordinatedWrites');
      byNode.set(each, (byNode.get(each) ?? 0) + coordinated);
    }
  }
  assert.ok(total >= requests.length, `The servers counted ${total} of ${requests.length} requests`);
  return { total, hits, byNode, missed: [...missed] };
}

async function groupByCoordinator(
  session: AsyncCassandraSession,
  requests: readonly RoutedRequest[],
): Promise<ReadonlyMap<string, readonly RoutedRequest[]>> {
  const groups = new Map<string, RoutedRequest[]>();
  await runAll(session, requests, (request, { executionInfo }) => {
    const { coordinator = '' } = executionInfo;
    const group = groups.get(coordinator);
    if (group === undefined) groups.set(coordinator, [request]);
    else group.push(request);
  });
  return groups;
}

async function runAll(
  session: AsyncCassandraSession,
  requests: readonly RoutedRequest[],
  onResult: (request: RoutedRequest, result: Routed) => void = () => {},
): Promise<void> {
  const queue = [...requests];
  const work = async (): Promise<void> => {
    for (let request = queue.shift(); request !== undefined; request = queue.shift()) {
      onResult(request, await request.run(session));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
}

function subjectsOf(group: readonly RoutedRequest[]): readonly [table: string, kind: 'read' | 'write'][] {
  const subjects = group.map(({ table, kind }): [string, [string, 'read' | 'write']] => [
    `${table} ${kind}`,
    [table, kind],
  ]);
  return [...new Map(subjects).values()];
}

function hitsAt(
  counts: CountsOfNodes,
  node: string,
  table: string,
  kind: 'read' | 'write',
): { readonly total: number; readonly hits: number } {
  const coordinated = kind === 'read' ? 'coordinatedReads' : 'coordinatedWrites';
  const local = kind === 'read' ? 'localReads' : 'localWrites';
  const total = [...counts.keys()].reduce((sum, each) => sum + countOf(counts, each, coordinated, table), 0);
  return { total, hits: Math.min(countOf(counts, node, coordinated, table), countOf(counts, node, local, table)) };
}
