import { CqlConnection } from '../cql/cql-connection.ts';
import { type ClusterContext, endPointOf } from './cluster-context.ts';
import type { RingMember } from './ring-member.ts';

const answerTimeoutMs = 30_000;
const consistencyOne = 1;

/**
 * Has roles replicated by data centre, without which logins, that read at LOCAL_QUORUM, fail in a cluster of several.
 * Every node holds every role already. Resolves with whether the schema was changed.
 */
export async function replicateRoles(context: ClusterContext, [first]: readonly RingMember[]): Promise<boolean> {
  const { auth, dataCenters } = context.options;
  if (!auth || dataCenters.length === 1 || first === undefined) return false;
  const replicas = dataCenters.map(([name, nodes]) => `'${name}': ${String(nodes)}`).join(', ');
  const connection = await CqlConnection.open(endPointOf(context, first.address, first.port), answerTimeoutMs);
  try {
    const replication = `{'class': 'NetworkTopologyStrategy', ${replicas}}`;
    await connection.query(`ALTER KEYSPACE system_auth WITH replication = ${replication}`, consistencyOne);
  } finally {
    connection.close();
  }
  return true;
}
