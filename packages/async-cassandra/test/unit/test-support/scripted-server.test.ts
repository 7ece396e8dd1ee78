import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { auth, Client, policies, types } from 'cassandra-driver';
import type { ClientOptions } from 'cassandra-driver';
import { error, generatedRows, pages, passwordAuth, rows, ScriptedServer, t } from '../../support/index.ts';
import type { ScriptedServerOptions } from '../../support/index.ts';

/** cassandra-driver is an implementation of the protocol that shares no code with ours: what it reads, the server wrote right. */
describe('ScriptedServer, seen by cassandra-driver', () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  async function connect(
    serverOptions: ScriptedServerOptions = {},
    clientOptions: Partial<ClientOptions> = {},
  ): Promise<{ server: ScriptedServer; client: Client }> {
    const server = await ScriptedServer.start(serverOptions);
    const client = new Client({
      contactPoints: [server.host],
      localDataCenter: 'datacenter1',
      protocolOptions: { port: server.port },
      pooling: { coreConnectionsPerHost: { 0: 1 }, heartBeatInterval: 0 },
      ...clientOptions,
    });
    closing.push(
      () => client.shutdown(),
      async () => {
        await server.stop();
        assert.deepEqual(server.faults, []);
      },
    );
    await client.connect();
    return { server, client };
  }

  test('answers a simple query', async () => {
    const { server, client } = await connect();
    server.when(
      'SELECT id, name FROM shop.users',
      rows({ id: t.int, name: t.text }, [[1, 'Ada'], { id: 2, name: 'Grace' }]),
    );
    const result = await client.execute('SELECT id, name FROM shop.users');
    assert.deepEqual(
      result.rows.map((row) => [row['id'], row['name']]),
      [
        [1, 'Ada'],
        [2, 'Grace'],
      ],
    );
  });

  test('prepares by the schema and shows the bound values', async () => {
    const { server, client } = await connect();
    server.schema.addTable(
      'shop',
      'users',
      { id: t.uuid, name: t.text, age: t.int },
      { rows: [{ id: '00000000-0000-4000-8000-000000000001', name: 'Ada', age: 36 }] },
    );
    const id = types.Uuid.fromString('00000000-0000-4000-8000-000000000001');
    const result = await client.execute('SELECT name, age FROM shop.users WHERE id = ?', [id], { prepare: true });
    assert.deepEqual({ ...result.first() }, { name: 'Ada', age: 36 });
    await client.execute('INSERT INTO shop.users (id, name, age) VALUES (?, ?, ?)', [id, 'Grace', 85], {
      prepare: true,
    });
    const insert = server.log.statements.at(-1);
    assert.deepEqual(insert?.bound, { id: id.toString(), name: 'Grace', age: 85 });
    assert.deepEqual(insert?.statement?.partitionKeyIndexes, [0]);
    server.forgetPrepared();
    await client.execute('INSERT INTO shop.users (id, name, age) VALUES (?, ?, ?)', [id, 'Grace', 86], {
      prepare: true,
    });
    assert.equal(server.log.count('PREPARE'), 3);
  });

  test('pages as the client asks', async () => {
    const { server, client } = await connect();
    server.when(
      'SELECT n FROM big',
      generatedRows({ n: t.int }, 25, (n) => [n]),
    );
    const seen: number[] = [];
    await new Promise<void>((resolve, reject) => {
      client.eachRow(
        'SELECT n FROM big',
        [],
        { fetchSize: 10, autoPage: true, prepare: true },
        (_n, row) => seen.push(row['n'] as number),
        (failure) => (failure ? reject(failure) : resolve()),
      );
    });
    assert.deepEqual(
      seen,
      Array.from({ length: 25 }, (_, n) => n),
    );
  });

  test('gives scripted pages, empty ones too', async () => {
    const { server, client } = await connect();
    server.when(/FROM gaps/, pages({ n: t.int }, [[[1]], [], [[2]]]));
    const first = await client.execute('SELECT n FROM gaps');
    const second = await client.execute('SELECT n FROM gaps', [], { pageState: first.pageState });
    const third = await client.execute('SELECT n FROM gaps', [], { pageState: second.pageState });
    assert.deepEqual(
      [first, second, third].map((page) => page.rows.map((row) => row['n'])),
      [[1], [], [2]],
    );
    assert.equal(third.pageState, null);
  });

  test('answers errors with their fields', async () => {
    const { server, client } = await connect();
    server.when(/FROM down/, error('unavailable', { consistency: 'QUORUM', required: 3, alive: 1 }));
    const failure = await client
      .execute('SELECT * FROM down', [], { retry: new policies.retry.FallthroughRetryPolicy() })
      .catch((e: unknown) => e);
    const inner = failure as { code: number; required: number; alive: number; consistencies: number };
    assert.deepEqual(
      [inner.code, inner.required, inner.alive, inner.consistencies],
      [0x1000, 3, 1, types.consistencies.quorum],
    );
  });

  test('checks passwords', async () => {
    const options: ScriptedServerOptions = { auth: passwordAuth({ app: 'right' }) };
    const { client } = await connect(options, { authProvider: new auth.PlainTextAuthProvider('app', 'right') });
    assert.equal(client.getState().getConnectedHosts().length, 1);
    await assert.rejects(
      connect(options, { authProvider: new auth.PlainTextAuthProvider('app', 'wrong') }),
      /incorrect/,
    );
  });

  test('speaks an old version only, when told', async () => {
    const { server } = await connect({ versions: [3] });
    assert.ok([...server.connections].some((connection) => connection.version === 3));
  });
});
