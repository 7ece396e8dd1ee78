import { randomUUID } from 'node:crypto';
import { AsyncCluster, type AsyncCassandraSession, type Params } from 'async-cassandra';
import { EmbeddedCluster } from 'embedded-cassandra';
import type { Target } from './measure.ts';
import { KEY, ROWS_OF_W3, STATEMENTS, USER } from './workloads.ts';

/** A Cassandra of one's own that holds what the statements ask for. */
export interface RealCassandra extends AsyncDisposable {
  readonly target: Target;
  readonly version: string;
}

export async function startRealCassandra(nodes: number, isLarge: boolean): Promise<RealCassandra> {
  const embedded = await EmbeddedCluster.start({ nodes, addresses: nodes > 1 ? 'distinct' : 'shared' });
  const [node] = embedded.nodes;
  if (node === undefined) throw new Error('There is no node');
  const { address: host, port } = node;
  await using cluster = new AsyncCluster({ contactPoints: [host], port, requestTimeoutMs: 60_000 });
  const session = await cluster.connect();
  await createTables(session, nodes);
  await fill(session, isLarge);
  const [{ dataCenter } = { dataCenter: '' }] = cluster.metadata.nodes.values();
  return {
    target: { host, port, dataCenter, serverPid: 0 },
    version: `Cassandra ${embedded.version} on ${nodes} ${nodes === 1 ? 'node' : 'nodes'} of this machine`,
    [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose](),
  };
}

async function createTables(session: AsyncCassandraSession, nodes: number): Promise<void> {
  const replication = `{'class': 'SimpleStrategy', 'replication_factor': ${Math.min(3, nodes)}}`;
  for (const cql of [
    `CREATE KEYSPACE bench WITH replication = ${replication}`,
    'CREATE TABLE bench.users (id uuid PRIMARY KEY, name text, email text, age int, created timestamp)',
    `CREATE TABLE bench.events (pk uuid, ck timeuuid, seq bigint, score double, payload text, flag boolean, at timestamp,
      PRIMARY KEY (pk, ck))`,
    'CREATE TABLE bench.items (id uuid PRIMARY KEY, tags set<text>, attrs map<text, int>, vals list<double>)',
  ])
    await session.execute(cql);
}

async function fill(session: AsyncCassandraSession, isLarge: boolean): Promise<void> {
  const tens = Array.from({ length: 10 }, (_, i) => i);
  await session.execute(STATEMENTS.w2, [KEY, USER.name, USER.email, USER.age, USER.created]);
  await session.execute('INSERT INTO bench.items (id, tags, attrs, vals) VALUES (?, ?, ?, ?)', [
    KEY,
    tens.map((i) => `tag-number-${i}`),
    new Map(tens.map((i) => [`attribute-${i}`, i * 7])),
    [...tens, ...tens].map((i) => i / 3),
  ]);
  if (!isLarge) return;
  const insert = await session.prepare(
    'INSERT INTO bench.events (pk, ck, seq, score, payload, flag, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    { idempotent: true },
  );
  const { failed } = await session.executeConcurrent(insert, events());
  if (failed > 0) throw new Error(`${failed} rows could not be written`);
}

function* events(): Generator<Params, void> {
  for (let i = 0; i < ROWS_OF_W3; i++) {
    const ck = `${i.toString(16).padStart(8, '0')}-7b4d-11ef-8a91-${randomUUID().slice(-12)}`;
    const payload = `payload of forty characters, number ${String(i).padStart(5, '0')}`.slice(0, 40);
    yield [KEY, ck, BigInt(i), i / 7, payload, i % 2 === 0, new Date(USER.created.getTime() + i)];
  }
}
