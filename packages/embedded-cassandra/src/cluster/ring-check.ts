import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CqlConnection } from '../cql/cql-connection.ts';
import { type ClusterContext, endPointOf } from './cluster-context.ts';
import { systemReplicas } from './resolve-options.ts';
import { checkDeadline, type Deadline } from './node-readiness.ts';
import type { RingMember } from './ring-member.ts';

const pollMs = 100;
const answerTimeoutMs = 10_000;
const consistencyOne = 1;
const consistencyAll = 5;
/** Random keys hit each of n nodes that are no replicas of all rows with near certainty when this many are read for each. */
const readsForEachNode = 6;

/**
 * Waits until every node knows every other one, all have the same schema, and rows can be read from all of them.
 *
 * @throws EmbeddedCassandraError `START_TIMEOUT`, `ABORTED`
 */
export async function waitUntilWhole(
  context: ClusterContext,
  nodes: readonly RingMember[],
  deadline: Deadline,
): Promise<void> {
  for (const node of nodes) {
    for (;;) {
      const trouble = await troubleOf(context, node, nodes.length);
      if (trouble === null) break;
      checkDeadline(
        deadline,
        `Node ${node.address}:${String(node.port)} did not see the whole ring`,
        new Error(trouble),
        node.log,
      );
      await sleep(pollMs);
    }
  }
}

/** What one node still lacks; null when it sees the whole ring. */
async function troubleOf(context: ClusterContext, node: RingMember, nodes: number): Promise<string | null> {
  try {
    const connection = await CqlConnection.open(endPointOf(context, node.address, node.port), answerTimeoutMs);
    try {
      return (
        (await compareViews(connection, nodes)) ??
        (await readFromAll(connection, nodes, systemReplicas(context.options)))
      );
    } finally {
      connection.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function compareViews(connection: CqlConnection, nodes: number): Promise<string | null> {
  const local = await connection.query('SELECT schema_version, host_id FROM system.local', consistencyOne);
  const peers = await connection.query('SELECT schema_version, host_id FROM system.peers_v2', consistencyOne);
  const rows = [...local, ...peers];
  if (rows.length !== nodes) return `it knows ${String(rows.length)} of ${String(nodes)} nodes`;
  const versions = new Set(rows.map(([version]) => version?.toString('hex') ?? 'none'));
  const hosts = new Set(rows.map(([, host]) => host?.toString('hex') ?? 'none'));
  if (hosts.size !== nodes || hosts.has('none')) return 'it does not know the id of every node';
  return versions.size === 1 && !versions.has('none') ? null : 'the nodes do not agree on the schema';
}

/** Rows that may not even exist, asked of all replicas: fails while this node takes one of the others for down. */
async function readFromAll(connection: CqlConnection, nodes: number, replicas: number): Promise<string | null> {
  if (nodes === 1) return null;
  const reads = nodes <= replicas ? 1 : nodes * readsForEachNode;
  for (let read = 0; read < reads; read++) {
    const anyTimeUuid = randomUUID().replace(/-4/, '-1');
    const cql = `SELECT parent_id FROM system_distributed.parent_repair_history WHERE parent_id = ${anyTimeUuid}`;
    await connection.query(cql, consistencyAll);
  }
  return null;
}
