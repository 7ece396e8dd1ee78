import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { type AsyncCluster, ConfigurationError, type SchemaChange } from 'async-cassandra';
import { eventually } from '../support/index.ts';
import { describeOnEveryPair } from './support/every-pair.ts';
import { executeAll, firstNode, uniqueName } from './support/test-cluster.ts';

const SCHEMA = [
  'CREATE TYPE address (street text, number int)',
  'CREATE TABLE people (country text, id int, name text static, home frozen<address>, PRIMARY KEY ((country), id))',
  'CREATE INDEX people_name ON people (name)',
  `CREATE FUNCTION twice (n int) RETURNS NULL ON NULL INPUT RETURNS int LANGUAGE java AS 'return n * 2;'`,
];

class Address {
  readonly street: unknown;
  readonly number: unknown;
  constructor(fields: Record<string, unknown>) {
    this.street = fields['street'];
    this.number = fields['number'];
  }
  get line(): string {
    return `${String(this.street)} ${String(this.number)}`;
  }
}

describeOnEveryPair('Metadata and events', SCHEMA, (context) => {
  const opened: AsyncCluster[] = [];
  after(() => Promise.all(opened.map((cluster) => cluster.shutdown())));
  const watching = (): AsyncCluster => {
    const cluster = context.client({ schemaKeyspaces: 'all' });
    opened.push(cluster);
    return cluster;
  };

  it('should describe the nodes and the ring', async () => {
    const cluster = watching();
    assert.equal(cluster.metadata.nodes.size, 0);
    const session = await cluster.connect();
    const local = (await session.execute('SELECT host_id, data_center, rack, release_version FROM system.local')).one();
    const node = cluster.metadata.nodes.get(String(local?.['host_id']));
    assert.deepEqual(
      [node?.dataCenter, node?.rack, node?.releaseVersion],
      [local?.['data_center'], local?.['rack'], local?.['release_version']],
    );
    assert.equal(
      [...cluster.metadata.nodes.values()].some((each) => each.port === firstNode().port),
      true,
    );
    assert.match(cluster.metadata.partitioner.className, /Murmur3Partitioner/);
  });

  it('should describe keyspaces, tables, types and functions', async () => {
    const cluster = watching();
    await cluster.connect();
    await cluster.refreshSchema();
    const keyspace = cluster.metadata.keyspaces.get(context.keyspace);
    const people = keyspace?.tables.get('people');
    assert.deepEqual(
      [...(people?.columns.values() ?? [])].map(({ name, kind }) => [name, kind]),
      [
        ['country', 'partitionKey'],
        ['id', 'clustering'],
        ['name', 'static'],
        ['home', 'regular'],
      ],
    );
    assert.deepEqual([...(people?.indexes.keys() ?? [])], ['people_name']);
    assert.deepEqual([...(keyspace?.types.keys() ?? [])], ['address']);
    assert.deepEqual([...(keyspace?.functions.keys() ?? [])], ['twice(int)']);
    assert.equal(cluster.metadata.keyspaces.get('system_views')?.isVirtual, true);
  });

  it('should find the replicas that the server finds', async () => {
    const cluster = watching();
    const session = await cluster.connect(context.keyspace);
    await cluster.refreshSchema();
    const replicas = cluster.metadata.replicas(context.keyspace, [Buffer.from('Norway')]);
    assert.equal(replicas.length, 1);
    const ranges = cluster.metadata.tokenRanges();
    assert.ok(ranges.length >= 1);
    const traced = await session.execute('SELECT id FROM people WHERE country = ?', ['Norway']);
    assert.equal(traced.executionInfo.coordinator, replicas[0]?.endPoint);
  });

  it('should tell of schema changes, its own and those of others', async () => {
    const cluster = watching();
    const session = await cluster.connect(context.keyspace);
    const changes: SchemaChange[] = [];
    cluster.on('schemaChange', (change) => void changes.push(change));
    const [own, others] = [uniqueName('own'), uniqueName('others')];
    const has = (changeType: string, name: string): boolean =>
      changes.some(
        (change) =>
          change.keyspace === context.keyspace &&
          change.target === 'TABLE' &&
          change.changeType === changeType &&
          'name' in change &&
          change.name === name,
      );
    await executeAll(session, [`CREATE TABLE ${own} (id int PRIMARY KEY)`]);
    await executeAll(context.session, [`CREATE TABLE ${others} (id int PRIMARY KEY)`]);
    await eventually(() => has('CREATED', own) && has('CREATED', others), 10_000);
    const known = (): ReadonlyMap<string, unknown> | undefined =>
      cluster.metadata.keyspaces.get(context.keyspace)?.tables;
    await eventually(() => known()?.has(own) === true && known()?.has(others) === true, 10_000);
    const snapshot = cluster.metadata;
    await executeAll(context.session, [`ALTER TABLE ${others} ADD v int`, `DROP TABLE ${own}`]);
    await eventually(() => has('UPDATED', others) && has('DROPPED', own), 10_000);
    await eventually(() => known()?.has(own) === false, 10_000);
    // What was handed out stays as it is.
    assert.equal(snapshot.keyspaces.get(context.keyspace)?.tables.has(own), true);
    await executeAll(context.session, [`DROP TABLE ${others}`]);
  });

  it('should read and write user-defined types as instances of their class', async () => {
    const cluster = watching();
    const session = await cluster.connect(context.keyspace);
    const country = context.key();
    const insert = 'INSERT INTO people (country, id, home) VALUES (?, ?, ?)';
    await session.execute(insert, [country, 1, { street: 'Karl Johans gate', number: 1 }]);
    const select = await session.prepare('SELECT home FROM people WHERE country = ?');
    assert.deepEqual((await session.execute(select, [country])).one(), {
      home: { street: 'Karl Johans gate', number: 1 },
    });
    cluster.registerUserType(context.keyspace, 'address', Address);
    const home = (await session.execute(select, [country])).one()?.['home'];
    assert.ok(home instanceof Address);
    assert.equal(home.line, 'Karl Johans gate 1');
    await session.execute(insert, [country, 1, new Address({ street: 'Slottsplassen', number: 2 })]);
    assert.deepEqual((await session.execute(select, [country])).one(), {
      home: new Address({ street: 'Slottsplassen', number: 2 }),
    });
  });

  it('should send to the node that is asked for', async () => {
    const cluster = watching();
    const session = await cluster.connect(context.keyspace);
    const [node] = cluster.metadata.nodes.values();
    for (const option of [node, node?.hostId]) {
      const result = await session.execute('SELECT host_id FROM system.local', undefined, { node: option });
      assert.equal(result.one()?.['host_id'], node?.hostId);
      assert.equal(result.executionInfo.coordinator, node?.endPoint);
    }
    const nobody = { node: '00000000-0000-0000-0000-000000000000' };
    await assert.rejects(session.execute('SELECT key FROM system.local', undefined, nobody), ConfigurationError);
  });

  it('should use the settings of execution profiles', async () => {
    const cluster = context.client({
      executionProfiles: { small: { fetchSize: 1, consistency: 'ONE' }, quick: { requestTimeoutMs: 5_000 } },
    });
    const session = await cluster.connect(context.keyspace);
    const text = 'SELECT table_name FROM system_schema.tables';
    const small = await session.execute(text, undefined, { executionProfile: 'small' });
    assert.equal(small.currentRows.length, 1);
    assert.equal(small.hasMorePages, true);
    const both = await session.execute(text, undefined, { executionProfile: 'small', fetchSize: 2 });
    assert.equal(both.currentRows.length, 2);
    assert.ok((await session.execute(text, undefined, { executionProfile: 'quick' })).currentRows.length > 2);
    const missing = { executionProfile: 'missing' };
    await assert.rejects(session.execute(text, undefined, missing), ConfigurationError);
  });
});
