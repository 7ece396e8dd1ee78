import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { AsyncCluster, type StatusSnapshot } from 'async-cassandra';
import { cassandraPlugin } from 'async-cassandra/fastify';
import { fastify, type FastifyInstance } from 'fastify';
import { ScriptedServer } from '../../../support/index.ts';

describe('the status page of cassandraPlugin', () => {
  let server: ScriptedServer;
  let cluster: AsyncCluster;
  let app: FastifyInstance;

  before(async () => {
    server = await ScriptedServer.start({ versions: [4, 5] });
    cluster = new AsyncCluster({ contactPoints: [server.contactPoint], localDataCenter: 'datacenter1' });
  });
  after(async () => {
    await cluster.close();
    await server.stop();
  });
  beforeEach(() => {
    app = fastify();
  });
  afterEach(() => app.close());

  it('should be served where it is wanted, as a page and as data', async () => {
    await app.register(cassandraPlugin, { cluster, statusPage: { path: '/ops/cassandra', title: 'Orders' } });
    const page = await app.inject('/ops/cassandra');
    assert.equal(page.statusCode, 200);
    assert.match(page.headers['content-type'] as string, /^text\/html/);
    assert.match(page.headers['content-security-policy'] as string, /default-src 'none'/);
    assert.match(page.body, /<h1>Orders: /);
    const data = await app.inject('/ops/cassandra?format=json');
    assert.match(data.headers['content-type'] as string, /^application\/json/);
    const { nodes } = data.json<StatusSnapshot>();
    assert.deepEqual(
      nodes.map(({ endPoint, condition }) => [endPoint, condition]),
      [[server.contactPoint, 'up']],
    );
  });

  it('should not be there unless it is wanted', async () => {
    await app.register(cassandraPlugin, { cluster });
    assert.equal((await app.inject('/status')).statusCode, 404);
  });

  it('should show a session that was made elsewhere, decorated or not', async () => {
    const session = await cluster.connect();
    const decorated = { ...sessionMethods(session), inner: session };
    await app.register(cassandraPlugin, { session: decorated, statusPage: { cluster } });
    assert.match((await app.inject('/status')).body, /The node is up/);
    await session.close();
    assert.match((await app.inject('/status')).body, /The session is closed/);
  });

  it('should refuse what it cannot show, and options that are wrong', async () => {
    const session = await cluster.connect();
    const wrong = async (options: Parameters<typeof app.register>[1], path: string): Promise<void> => {
      const other = fastify();
      await assert.rejects(async () => other.register(cassandraPlugin, options as never), {
        name: 'ConfigurationError',
        path,
      });
      await other.close();
    };
    await wrong({ session, statusPage: {} }, 'statusPage.cluster');
    await wrong({ cluster, statusPage: { cluster } }, 'statusPage.cluster');
    await wrong({ cluster, statusPage: { path: 'status' } }, 'statusPage.path');
    await wrong({ cluster, statusPage: { colour: 'red' } }, 'colour');
    await wrong({ session: sessionMethods(session), statusPage: { cluster } }, 'session');
    await session.close();
  });
});

/** What every session has. */
function sessionMethods(session: Awaited<ReturnType<AsyncCluster['connect']>>): {
  [Name in 'execute' | 'executeStream' | 'prepare' | 'executeBatch' | 'close']: (typeof session)[Name];
} {
  return {
    execute: session.execute.bind(session),
    executeStream: session.executeStream.bind(session),
    prepare: session.prepare.bind(session),
    executeBatch: session.executeBatch.bind(session),
    close: session.close.bind(session),
  };
}
