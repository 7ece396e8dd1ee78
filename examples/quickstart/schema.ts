import type { AsyncCassandraSession } from 'async-cassandra';

export const KEYSPACE = 'quickstart';

const STATEMENTS: readonly string[] = [
  `CREATE KEYSPACE IF NOT EXISTS ${KEYSPACE} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
  `CREATE TYPE IF NOT EXISTS ${KEYSPACE}.address (street text, city text, numbers frozen<list<int>>)`,
  `CREATE TABLE IF NOT EXISTS ${KEYSPACE}.orders (
     id uuid PRIMARY KEY, customer text, status text, total decimal, items map<text, int>, tags set<text>, created timestamp)`,
  `CREATE TABLE IF NOT EXISTS ${KEYSPACE}.accounts (name text PRIMARY KEY, balance bigint)`,
  `CREATE TABLE IF NOT EXISTS ${KEYSPACE}.exotic (
     id int PRIMARY KEY, big varint, price decimal, span duration, day date, clock time, host inet,
     place frozen<tuple<double, double, text>>, home frozen<address>, embedding vector<float, 4>,
     nested map<text, frozen<list<frozen<set<int>>>>>, raw blob)`,
  `TRUNCATE ${KEYSPACE}.orders`,
  `TRUNCATE ${KEYSPACE}.accounts`,
];

/** Creates the keyspace and tables, and empties those that an earlier run has filled. */
export async function createSchema(session: AsyncCassandraSession): Promise<void> {
  for (const statement of STATEMENTS) await session.execute(statement, undefined, { timeoutMs: 60_000 });
}
