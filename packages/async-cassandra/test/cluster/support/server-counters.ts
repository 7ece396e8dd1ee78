import assert from 'node:assert/strict';
import { Client, policies, type types } from 'cassandra-driver';
import type { EmbeddedCluster } from 'embedded-cassandra';

/** What one node has counted of one table since it started. */
export interface TableCounts {
  /** Requests that clients sent to this node, as coordinator. */
  readonly coordinatedReads: number;
  readonly coordinatedWrites: number;
  /** Reads and writes of its own data, whoever coordinated. */
  readonly localReads: number;
  readonly localWrites: number;
}

/** By node (`address:port`), then by table. */
export type CountsOfNodes = ReadonlyMap<string, ReadonlyMap<string, TableCounts>>;

const VIEWS = {
  coordinatedReads: 'coordinator_read_latency',
  coordinatedWrites: 'coordinator_write_latency',
  localReads: 'local_read_latency',
  localWrites: 'local_write_latency',
} as const satisfies Record<keyof TableCounts, string>;

export const noCounts: TableCounts = { coordinatedReads: 0, coordinatedWrites: 0, localReads: 0, localWrites: 0 };
const COUNTERS = Object.keys(VIEWS) as (keyof TableCounts)[];

/**
 * Asks every node itself, through another driver than the one under test, what it has counted. The servers count before
 * they answer, so all that a client has had an answer to is in.
 */
export class ServerCounters {
  readonly #nodes: EmbeddedCluster;
  readonly #keyspace: string;

  constructor(nodes: EmbeddedCluster, keyspace: string) {
    this.#nodes = nodes;
    this.#keyspace = keyspace;
  }

  /** What all nodes that run have counted until now. */
  async read(): Promise<CountsOfNodes> {
    const running = this.#nodes.nodes.filter(({ state }) => state === 'running').map(String);
    return new Map(await Promise.all(running.map(async (node) => [node, await this.#countsOf(node)] as const)));
  }

  /** What they count while `work` is done. Nodes that start or end meanwhile are left out. */
  async during(work: () => Promise<unknown>): Promise<CountsOfNodes> {
    const before = await this.read();
    await work();
    return difference(before, await this.read());
  }

  /** Connections that clients with this application name have to a node. */
  async connectionsOf(node: string, applicationName: string): Promise<number> {
    const [rows = []] = await ask(node, ['SELECT client_options FROM system_views.clients']);
    const names = rows.map((row) => (row['client_options'] as Record<string, string> | null)?.['APPLICATION_NAME']);
    return names.filter((name) => name === applicationName).length;
  }

  async #countsOf(node: string): Promise<ReadonlyMap<string, TableCounts>> {
    const counts = new Map<string, Record<keyof TableCounts, number>>();
    const of = `WHERE keyspace_name = '${this.#keyspace}'`;
    const results = await ask(
      node,
      COUNTERS.map((counter) => `SELECT table_name, count FROM system_views.${VIEWS[counter]} ${of}`),
    );
    for (const [i, counter] of COUNTERS.entries()) {
      for (const row of results[i] ?? []) {
        const table = String(row['table_name']);
        const known = counts.get(table) ?? { ...noCounts };
        counts.set(table, { ...known, [counter]: Number(row['count']) });
      }
    }
    return counts;
  }
}

/** Asks one node by a client for this alone: none is there to see nodes go. */
async function ask(node: string, queries: readonly string[]): Promise<readonly (readonly types.Row[])[]> {
  const { loadBalancing } = policies;
  const client = new Client({
    contactPoints: [node],
    policies: { loadBalancing: new loadBalancing.AllowListPolicy(new loadBalancing.RoundRobinPolicy(), [node]) },
    protocolOptions: { port: Number(node.slice(node.lastIndexOf(':') + 1)) },
    socketOptions: { readTimeout: 30_000 },
    isMetadataSyncEnabled: false,
  });
  try {
    return await Promise.all(queries.map(async (query) => (await client.execute(query)).rows));
  } finally {
    await client.shutdown();
  }
}

/** One counter of one node: of one table, or of all together. */
export function countOf(counts: CountsOfNodes, node: unknown, counter: keyof TableCounts, table?: string): number {
  const tables = counts.get(String(node)) ?? assert.fail(`Node ${String(node)} was not asked`);
  if (table !== undefined) return tables.get(table)?.[counter] ?? 0;
  return [...tables.values()].reduce((sum, each) => sum + each[counter], 0);
}

function difference(before: CountsOfNodes, after: CountsOfNodes): CountsOfNodes {
  const both = [...after].filter(([node]) => before.has(node));
  return new Map(
    both.map(([node, tables]) => {
      const changes = [...tables].map(([table, counts]): [string, TableCounts] => {
        const then = before.get(node)?.get(table) ?? noCounts;
        const since = COUNTERS.map((counter): [string, number] => [counter, counts[counter] - then[counter]]);
        return [table, { ...noCounts, ...Object.fromEntries(since) }];
      });
      return [node, new Map(changes)];
    }),
  );
}
