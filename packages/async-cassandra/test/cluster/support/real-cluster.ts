import { type AsyncCassandraSession, AsyncCluster, type ClusterOptions } from 'async-cassandra';
import { EmbeddedCluster, type EmbeddedClusterOptions } from 'embedded-cassandra';

/** Schema changes wait for nodes that share few cores. */
const SCHEMA_TIMEOUT_MS = 60_000;

/** Starts nodes of their own for one file of tests: each has an address of its own, all have one port. */
export async function startNodes(options: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
  const nodes = await EmbeddedCluster.start({ addresses: 'distinct', heapMb: 384, ...options });
  const seconds = (nodes.readyAfterMs / 1_000).toFixed(1);
  process.stdout.write(`Cassandra ${nodes.version} at ${nodes.contactPoints.join(', ')}, ready after ${seconds} s\n`);
  return nodes;
}

/** A client of these nodes. */
export function clientOf(nodes: EmbeddedCluster, options: ClusterOptions = {}): AsyncCluster {
  const { contactPoints, localDataCenter } = nodes;
  return new AsyncCluster({ contactPoints, localDataCenter, requestTimeoutMs: 20_000, ...options });
}

/** Executes statements one after the other, with the time that schema changes may take. */
export async function executeAll(session: AsyncCassandraSession, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await session.execute(statement, undefined, { timeoutMs: SCHEMA_TIMEOUT_MS });
}

/** Makes keyspaces, tables and types by a client of its own. */
export async function createSchema(nodes: EmbeddedCluster, statements: readonly string[]): Promise<void> {
  await using cluster = clientOf(nodes);
  await executeAll(await cluster.connect(), statements);
}
