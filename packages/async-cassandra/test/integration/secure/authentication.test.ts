import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  AsyncCluster,
  AuthenticationError,
  BatchStatement,
  type ClusterOptions,
  NoHostAvailableError,
  PlainTextAuthProvider,
  UnauthorizedError,
} from 'async-cassandra';
import { EmbeddedCluster } from 'embedded-cassandra';
import { pairs } from '../support/every-pair.ts';
import { executeAll, uniqueName } from '../support/test-cluster.ts';
import { connectFails } from '../support/connect-fails.ts';

/** One server with password authentication, authorization, and TLS without client certificates. */
describe('Authentication and TLS', () => {
  const keyspace = uniqueName('secure');
  let server: EmbeddedCluster;

  before(async () => {
    server = await EmbeddedCluster.start({ auth: true, tls: true });
    await using cluster = new AsyncCluster(options());
    await executeAll(await cluster.connect(), [
      `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
      `CREATE TABLE ${keyspace}.t (id int PRIMARY KEY, v text)`,
      `CREATE ROLE reader WITH PASSWORD = 'reader''s own' AND LOGIN = true`,
      `GRANT SELECT ON KEYSPACE ${keyspace} TO reader`,
    ]);
  });
  after(() => server?.stop());

  function options(more: ClusterOptions = {}): ClusterOptions {
    const { contactPoints, localDataCenter, credentials, tls } = server;
    return { contactPoints, localDataCenter, credentials, tls: { ca: tls?.ca }, ...more };
  }

  for (const pair of pairs) {
    it(`should work on v${pair.protocolVersion} with compression ${pair.compression}`, async () => {
      await using cluster = new AsyncCluster(options(pair));
      const session = await cluster.connect(keyspace);
      const insert = await session.prepare('INSERT INTO t (id, v) VALUES (?, ?)');
      // More than one TLS record, and more than one frame.
      const values = Array.from({ length: 200 }, (_, n) => `${n} `.repeat(n * 10));
      await Promise.all(values.map((v, n) => session.execute(insert, [n, v])));
      const rows = await (await session.execute('SELECT id, v FROM t', undefined, { fetchSize: 70 })).all();
      assert.equal(rows.length, values.length);
      for (const { id, v } of rows) assert.equal(v, values[id as number]);
      await session.executeBatch(new BatchStatement().add(insert, [1, 'a']).add(insert, [2, 'b']));
      const once = await session.execute('INSERT INTO t (id, v) VALUES (1, ?) IF NOT EXISTS', ['c']);
      assert.equal(once.wasApplied, false);
    });
  }

  it('should take the provider of the application, and createWithAuth', async () => {
    const { contactPoints, localDataCenter, tls } = server;
    const authProvider = new PlainTextAuthProvider('cassandra', 'cassandra');
    await using own = new AsyncCluster({ contactPoints, localDataCenter, authProvider, tls: { ca: tls?.ca } });
    assert.equal((await (await own.connect()).execute('SELECT key FROM system.local')).one()?.['key'], 'local');
    await using short = AsyncCluster.createWithAuth(contactPoints, 'cassandra', 'cassandra', {
      localDataCenter,
      tls: { ca: tls?.ca },
    });
    assert.equal((await (await short.connect()).execute('SELECT key FROM system.local')).one()?.['key'], 'local');
  });

  it('should refuse a wrong password, an unknown user and no credentials at all', async () => {
    const wrong: readonly [ClusterOptions, RegExp][] = [
      [{ credentials: { username: 'cassandra', password: 'a wrong secret' } }, /credentials/],
      [{ credentials: { username: 'nobody', password: 'a wrong secret' } }, /credentials/],
      [{ credentials: undefined }, /asks for authentication/],
    ];
    for (const protocolVersion of [4, 5] as const) {
      for (const [more, message] of wrong) {
        const error = await connectFails(options({ protocolVersion, ...more }));
        assert.ok(error instanceof AuthenticationError, String(error));
        assert.match(error.message, message);
        assert.equal(error.outcome, 'notSent');
        assert.doesNotMatch(`${String(error)} ${String(error.stack)} ${JSON.stringify(error)}`, /a wrong secret/);
      }
    }
  });

  it('should hold the permissions of the role that logged in', async () => {
    await using cluster = new AsyncCluster(options({ credentials: { username: 'reader', password: "reader's own" } }));
    const session = await cluster.connect(keyspace);
    assert.notEqual(await session.execute('SELECT * FROM t WHERE id = ?', [1]), null);
    const refused = ['INSERT INTO t (id, v) VALUES (1, ?)', 'UPDATE t SET v = ? WHERE id = 1'];
    for (const text of refused) {
      await assert.rejects(session.execute(text, ['x']), (error: unknown) => {
        assert.ok(error instanceof UnauthorizedError, String(error));
        assert.deepEqual([error.serverCode, error.code, error.outcome], [0x2100, 'CASS_ERR_UNAUTHORIZED', 'rejected']);
        return true;
      });
    }
    await assert.rejects(session.execute('DROP TABLE t'), UnauthorizedError);
    assert.notEqual((await session.execute('SELECT count(*) FROM t')).one(), null);
  });

  it('should verify a certificate by its IP address, and by its name', async () => {
    const { tls, nodes } = server;
    const port = nodes[0]?.port;
    await using byAddress = new AsyncCluster(options({ contactPoints: [`127.0.0.1:${port}`] }));
    await byAddress.connect();
    await using byName = new AsyncCluster(options({ tls: { ca: tls?.ca, servername: 'localhost' } }));
    await byName.connect();
    await using translated = new AsyncCluster(
      options({ addressTranslator: { translate: async (node) => ({ host: 'localhost', port: node.port }) } }),
    );
    const session = await translated.connect();
    assert.equal((await session.execute('SELECT key FROM system.local')).one()?.['key'], 'local');
    let asked = 0;
    const perConnection = options({
      tls: () => {
        asked++;
        return tls === undefined ? {} : { ca: tls.ca };
      },
    });
    await using rotating = new AsyncCluster(perConnection);
    await rotating.connect();
    assert.ok(asked >= 2);
  });

  it('should refuse a server whose name or authority is not the one expected', async () => {
    const { tls } = server;
    const wrong: readonly [ClusterOptions['tls'], RegExp][] = [
      [{ ca: tls?.ca, servername: 'another.example' }, /does not match|altname/i],
      [true, /self-signed|unable to|certificate/i],
      [{}, /self-signed|unable to|certificate/i],
    ];
    for (const [option, message] of wrong) {
      const error = await connectFails(options({ tls: option }));
      assert.match(`${error.message} ${String((error.cause as Error | undefined)?.message)}`, message);
      assert.equal(error.outcome, 'notSent');
    }
    const name = await connectFails(
      options({
        contactPoints: [`named.example:${server.nodes[0]?.port}`],
        lookup: async () => ['127.0.0.1'],
      }),
    );
    assert.match(`${name.message} ${String((name.cause as Error | undefined)?.message)}`, /named\.example|altname/);
  });

  it('should fail in time, and clearly, without TLS', async () => {
    const startedAt = performance.now();
    const error = await connectFails(options({ tls: undefined, connectTimeoutMs: 3_000 }));
    assert.ok(!(error instanceof NoHostAvailableError));
    assert.ok(performance.now() - startedAt < 10_000);
    assert.equal(error.outcome, 'notSent');
  });
});
