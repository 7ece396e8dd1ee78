import type { AsyncCluster } from 'async-cassandra';

/** Each order is written three times: by its id, by its user, and by the hour it was made in. */
const TABLES: readonly string[] = [
  'CREATE TABLE IF NOT EXISTS users (id uuid PRIMARY KEY, name text, email text, created timestamp)',
  `CREATE TABLE IF NOT EXISTS orders (
     id uuid PRIMARY KEY, user_id uuid, created timestamp, status text, total decimal, items map<text, int>)`,
  `CREATE TABLE IF NOT EXISTS orders_by_user (
     user_id uuid, created timestamp, id uuid, status text, total decimal, items map<text, int>,
     PRIMARY KEY ((user_id), created, id)) WITH CLUSTERING ORDER BY (created DESC, id ASC)`,
  // One partition an hour: all orders in one partition would grow without bound, and live on the same nodes for ever.
  `CREATE TABLE IF NOT EXISTS orders_by_hour (
     hour timestamp, created timestamp, id uuid, user_id uuid, status text, total decimal, items map<text, int>,
     PRIMARY KEY ((hour), created, id)) WITH CLUSTERING ORDER BY (created DESC, id ASC)`,
];

/** Creates what is not there yet. Services of size leave this to a migration. */
export async function createSchema(cluster: AsyncCluster, keyspace: string, replicationFactor: number): Promise<void> {
  const session = await cluster.connect();
  const options = { timeoutMs: 60_000 };
  try {
    await session.execute(
      `CREATE KEYSPACE IF NOT EXISTS ${keyspace}
       WITH replication = {'class': 'NetworkTopologyStrategy', 'replication_factor': ${replicationFactor}}`,
      undefined,
      options,
    );
    await session.setKeyspace(keyspace);
    for (const statement of TABLES) await session.execute(statement, undefined, options);
  } finally {
    await session.close();
  }
}
