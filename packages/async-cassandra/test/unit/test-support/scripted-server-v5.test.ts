import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import {
  alsoPush,
  byDefault,
  chunked,
  closeConnection,
  delayed,
  dynamic,
  error,
  eventually,
  generatedRows,
  held,
  message,
  mutated,
  never,
  onStream,
  passwordAuth,
  rawBytes,
  reordered,
  rows,
  saslAuth,
  ScriptedServer,
  sequence,
  t,
  voidResult,
  WireClient,
  withPayload,
  withWarnings,
} from '../../support/index.ts';
import type { ScriptedServerOptions, WireClientOptions } from '../../support/index.ts';
import {
  encodeBatch,
  encodeQuery,
  encodeRegister,
  encodeStartup,
  encodeValue,
  envelopeFlags,
  opcodes,
  rowObjects,
  rowsFlags,
} from '../../support/wire/index.ts';

describe('ScriptedServer, seen by a bare client', () => {
  const closing: (() => Promise<unknown> | void)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function start(options: ScriptedServerOptions = {}): Promise<ScriptedServer> {
    const server = await ScriptedServer.start(options);
    closing.push(() => server.stop());
    return server;
  }

  async function connect(server: ScriptedServer, options: Partial<WireClientOptions> = {}): Promise<WireClient> {
    const client = await WireClient.connect({ host: server.host, port: server.port, ...options });
    closing.push(() => client.close());
    return client;
  }

  for (const [version, compression] of [
    [5, 'none'],
    [5, 'lz4'],
    [4, 'none'],
    [4, 'lz4'],
    [4, 'snappy'],
    [3, 'lz4'],
  ] as const) {
    test(`speaks v${version} with ${compression} compression`, async () => {
      const server = await start();
      const client = await connect(server, { version, compression });
      server.when(
        'SELECT big',
        generatedRows({ n: t.int, text: t.text }, 3000, (n) => [n, 'x'.repeat(n % 200)]),
      );
      const answers = await Promise.all(Array.from({ length: 3 }, () => client.query('SELECT big')));
      for (const answer of answers) assert.deepEqual(rowObjects(answer)[2999], { n: 2999, text: 'x'.repeat(199) });
      const prepared = await client.prepare('SELECT big');
      assert.equal(
        (await client.execute(prepared, { pageSize: 7, pagingState: Buffer.from('row:2993') })).kind,
        'rows',
      );
      assert.deepEqual(server.faults, []);
    });
  }

  test('announces changed result metadata on v5, and leaves out what the client knows', async () => {
    const server = await start();
    const client = await connect(server);
    server.when('SELECT * FROM t', rows({ a: t.int }, [[1]]));
    const prepared = await client.prepare('SELECT * FROM t');
    const first = await client.execute(prepared, { skipMetadata: true });
    assert.ok(first.kind === 'rows' && first.metadata.flags === rowsFlags.NO_METADATA);
    server.when('SELECT * FROM t', rows({ a: t.int, b: t.text }, [[1, 'new']]));
    const second = await client.execute(prepared, { skipMetadata: true });
    assert.ok(second.kind === 'rows' && second.metadata.newMetadataId !== undefined);
    assert.deepEqual(rowObjects(second), [{ a: 1, b: 'new' }]);
    const third = await client.execute(
      { id: prepared.id, resultMetadataId: second.metadata.newMetadataId },
      { skipMetadata: true },
    );
    assert.ok(third.kind === 'rows' && third.metadata.columns === undefined && third.metadata.columnCount === 2);
    server.forgetPrepared();
    const fourth = await client.execute(prepared);
    assert.ok(fourth.kind === 'error' && fourth.code === 0x2500 && fourth.rest.subarray(2).equals(prepared.id));
  });

  test('negotiates: unknown versions, beta versions, requests too early', async () => {
    const server = await start({ versions: [3, 4], betaVersions: [5] });
    const client = await WireClient.open({ host: server.host, port: server.port });
    closing.push(() => client.close());
    const startup = encodeStartup({ CQL_VERSION: '3.0.0' });
    const beta = await client.request(opcodes.STARTUP, startup);
    assert.ok(beta.message.kind === 'error' && /USE_BETA/.test(beta.message.message) && beta.envelope.version === 5);
    const early = await client.request(opcodes.QUERY, encodeQuery(5, 'SELECT 1'), { flags: envelopeFlags.BETA });
    assert.ok(early.message.kind === 'error' && early.message.code === 0x0a);
    assert.equal((await client.request(opcodes.STARTUP, startup, { flags: envelopeFlags.BETA })).message.kind, 'ready');
    const unknown = await WireClient.open({ host: server.host, port: server.port, version: 6 });
    closing.push(() => unknown.close());
    const refusal = await unknown.request(opcodes.STARTUP, startup);
    assert.ok(refusal.message.kind === 'error' && refusal.envelope.version === 4);
    const { message } = await unknown.request(opcodes.OPTIONS, Buffer.alloc(0));
    assert.equal(message.kind, 'error');
  });

  test('authenticates over several challenges', async () => {
    const token = (text: string): Buffer => Buffer.from(text);
    const server = await start({
      auth: saslAuth('org.example.Sasl', [token('a'), token('b'), null], [token('more'), null], token('bye')),
    });
    await connect(server, { tokens: [token('a'), token('b'), null] });
    await assert.rejects(connect(server, { tokens: [token('a'), token('wrong')] }), /Unexpected token/);
    await assert.rejects(
      connect(await start({ auth: passwordAuth({ __proto__: 'x' }) }), { tokens: [token('\0toString\0x')] }),
      /incorrect/,
    );
  });

  test('wraps replies: warnings, payload, trace, other streams, bytes one by one, changed bytes', async () => {
    const server = await start();
    const client = await connect(server);
    server.when(
      'SELECT w',
      withWarnings(['careful'], withPayload({ k: Buffer.from('v') }, chunked(rows({ n: t.int }, [[1]])))),
    );
    const response = await client.request(opcodes.QUERY, encodeQuery(5, 'SELECT w'), { flags: envelopeFlags.TRACING });
    assert.deepEqual(
      [response.warnings, response.customPayload?.get('k')?.toString(), response.traceId?.slice(0, 8)],
      [['careful'], 'v', '00000001'],
    );
    assert.deepEqual(rowObjects(response.message), [{ n: 1 }]);
    server.when('SELECT s', onStream(17, voidResult()));
    void client.query('SELECT s').catch(() => {});
    await eventually(() => client.events.length === 1);
    assert.equal(client.events[0]?.envelope.streamId, 17);
    server.when(
      'SELECT m',
      mutated(voidResult(), (envelope) => Buffer.from([...envelope.subarray(0, 4), opcodes.READY, 0, 0, 0, 0])),
    );
    assert.equal((await client.query('SELECT m')).kind, 'ready');
    server.when('SELECT o', message(opcodes.SUPPORTED, Buffer.from([0, 0])));
    assert.equal((await client.query('SELECT o')).kind, 'supported');
    server.when(
      /^SELECT y/,
      dynamic((request) => error('invalid', { message: `no ${request.cql}` })),
    );
    assert.equal(((await client.query('SELECT y1')) as { message?: string }).message, 'no SELECT y1');
    server.when({ opcode: 'PREPARE' }, delayed(30, byDefault()));
    const asked = performance.now();
    await client.prepare('SELECT y2');
    assert.ok(performance.now() - asked >= 25);
  });

  test('answers out of order, late, in sequence, or not at all', async () => {
    const server = await start();
    const client = await connect(server);
    const order: string[] = [];
    const ask = (cql: string): Promise<void> =>
      client.query(cql).then(
        () => void order.push(cql),
        () => void order.push(`lost ${cql}`),
      );
    server.when(/^SELECT r/, reordered(2, voidResult()));
    await Promise.all([ask('SELECT r1'), ask('SELECT r2')]);
    const gate = held(voidResult());
    server.when('SELECT h', gate);
    server.when('SELECT d', delayed(20, voidResult()));
    const late = [ask('SELECT h'), ask('SELECT d')];
    await late[1];
    gate.release();
    await Promise.all(late);
    assert.deepEqual(order, ['SELECT r2', 'SELECT r1', 'SELECT d', 'SELECT h']);
    server.when('SELECT q', sequence(error('overloaded'), voidResult()), { times: 3 });
    const kinds = [await client.query('SELECT q'), await client.query('SELECT q')].map(({ kind }) => kind);
    assert.deepEqual(kinds, ['error', 'void']);
    server.when('SELECT n', never());
    server.when('SELECT x', closeConnection('reset'));
    await Promise.all([ask('SELECT n'), ask('SELECT x')]);
    assert.deepEqual(order.slice(4).sort(), ['lost SELECT n', 'lost SELECT x']);
    assert.equal(server.connections.size, 0);
  });

  test('picks by connection, by number and by predicate', async () => {
    const server = await start();
    const [first, second] = [await connect(server), await connect(server)];
    server.when({ cql: /^SELECT/, connection: 2 }, error('overloaded'));
    const third = server.when({ cql: 'SELECT a', nth: 3 }, error('isBootstrapping'));
    server.when(
      { opcode: 'EXECUTE', where: ({ values }) => values[0] === null },
      error('invalid', { message: 'null key' }),
    );
    const codes: unknown[] = [];
    for (const client of [first, second, first]) {
      const answer = await client.query('SELECT a');
      codes.push(answer.kind === 'error' ? answer.code : answer.kind);
    }
    assert.deepEqual(codes, [0x2200, 0x1001, 0x1002]);
    assert.equal(third.answered, 1);
    const prepared = await first.prepare('INSERT INTO t (k) VALUES (?)');
    assert.equal((await first.execute(prepared, { values: [null] })).kind, 'error');
    assert.equal((await first.execute(prepared, { values: ['unset'] })).kind, 'void');
  });

  test('pushes events to those that registered, and batches are seen member by member', async () => {
    const server = await start();
    const [listening, other] = [await connect(server), await connect(server)];
    await listening.request(opcodes.REGISTER, encodeRegister(['STATUS_CHANGE']));
    server.when(
      'SELECT 1',
      alsoPush({ type: 'STATUS_CHANGE', change: 'DOWN', address: '10.0.0.2', port: 9042 }, voidResult()),
    );
    await other.query('SELECT 1');
    await eventually(() => listening.events.length === 1);
    assert.equal(other.events.length, 0);
    const prepared = await other.prepare('INSERT INTO t (k) VALUES (?)', 'shop');
    const batch = encodeBatch(
      5,
      0,
      [{ id: prepared.id, values: [encodeValue(t.int, 1)] }, { cql: 'DELETE FROM t WHERE k = 2' }],
      { timestamp: 5n, keyspace: 'shop' },
    );
    server.when(/^DELETE/, error('writeTimeout', { writeType: 'BATCH_LOG' }));
    const { message } = await other.request(opcodes.BATCH, batch);
    assert.ok(message.kind === 'error' && message.code === 0x1100);
    const seen = server.log.last;
    assert.deepEqual(
      [seen?.batch?.type, seen?.batch?.members.length, seen?.parameters?.timestamp, seen?.keyspace],
      ['logged', 2, 5n, 'shop'],
    );
  });

  test('finds out a client that breaks the protocol', async () => {
    const server = await start();
    server.when('SELECT n', never());
    const client = await connect(server, { version: 4 });
    void client.request(opcodes.QUERY, encodeQuery(4, 'SELECT n'), { streamId: 9 }).catch(() => {});
    void client.request(opcodes.QUERY, encodeQuery(4, 'SELECT n'), { streamId: 9 }).catch(() => {});
    const malformed = await client.request(
      opcodes.QUERY,
      Buffer.concat([encodeQuery(4, 'SELECT 1'), Buffer.alloc(1)]),
      { streamId: 10 },
    );
    assert.ok(malformed.message.kind === 'error' && malformed.message.code === 0x0a);
    assert.equal(server.faults.length, 2);
    const framed = await connect(server);
    framed.writeRaw(Buffer.from('not a frame'));
    await eventually(() => framed.isClosed);
    assert.equal(server.faults.length, 3);
  });

  test('sends raw bytes as they are', async () => {
    const server = await start();
    const client = await connect(server, { version: 4 });
    server.when('SELECT raw', rawBytes(Buffer.from('8400ffff0c000000020000', 'hex')));
    void client.query('SELECT raw').catch(() => {});
    await eventually(() => client.events.length === 1);
    assert.equal(client.events[0]?.envelope.body.length, 2);
  });
});
