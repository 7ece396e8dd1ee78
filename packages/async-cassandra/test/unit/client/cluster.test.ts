import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AsyncCluster, type ClusterOptions } from '../../../src/client/index.ts';
import { VERSION } from '../../../src/client/version.ts';
import {
  AuthenticationError,
  ConfigurationError,
  NoHostAvailableError,
  SessionClosedError,
} from '../../../src/errors/index.ts';
import { AsyncCassandraSession } from '../../../src/session/index.ts';
import { error, type Matcher, never, passwordAuth, rows, ScriptedServer, t } from '../../support/index.ts';
import { ClusterHarness, nothing } from './cluster-harness.ts';

const QUERY = 'SELECT name FROM shop.users';

async function harness(options: Parameters<typeof ClusterHarness.start>[0] = {}): Promise<ClusterHarness> {
  const started = await ClusterHarness.start(options);
  started.servers.when(QUERY, rows({ name: t.text }, [['Ada']]));
  started.servers.schema.addKeyspace('shop');
  return started;
}

/** The options of every STARTUP that the servers got. */
function startupsOf(h: ClusterHarness): Record<string, string>[] {
  const requests = h.servers.nodes.flatMap((node) => node.log.ofOpcode('STARTUP'));
  return requests.map(({ message }) => ('options' in message ? Object.fromEntries(message.options) : {}));
}

describe('AsyncCluster', () => {
  describe('before it connects', () => {
    it('should do nothing at all', async () => {
      const h = await harness();
      const cluster = h.cluster();
      await h.clock.advance(60_000);
      assert.equal(h.network.connects, 0);
      assert.deepEqual([cluster.closed, cluster.isClosing, cluster.activeOperations], [false, false, 0]);
      assert.equal(cluster.metadata.nodes.size, 0);
      await h.settle(cluster.close());
      assert.equal(cluster.closed, true);
      assert.deepEqual(await h.leftovers(), nothing);
    });
  });

  describe('connect', () => {
    it('should give a session that works', async () => {
      const h = await harness();
      const cluster = h.cluster();
      const session = await h.settle(cluster.connect());
      assert.ok(session instanceof AsyncCassandraSession);
      assert.equal((await h.settle(session.execute(QUERY))).one()?.['name'], 'Ada');
      assert.equal(cluster.metadata.nodes.size, 3);
      await h.settle(cluster.close());
      assert.equal(session.closed, true);
      assert.deepEqual(await h.leftovers(), nothing);
      assert.deepEqual(h.servers.faults, []);
    });

    it('should find the nodes once for all who connect at the same time', async () => {
      const h = await harness();
      const cluster = h.cluster();
      const sessions = await h.settle(Promise.all([cluster.connect(), cluster.connect('shop'), cluster.connect()]));
      assert.equal(new Set(sessions).size, 3);
      // One control connection, and one to each node for each session.
      assert.equal(h.network.openLinks().length, 1 + 3 * 3);
      assert.deepEqual(
        sessions.map((session) => session.keyspace),
        [undefined, 'shop', undefined],
      );
      await h.settle(cluster.close());
      assert.ok(sessions.every((session) => session.closed));
      assert.deepEqual(await h.leftovers(), nothing);
    });

    it('should take the keyspace of the options when it is given none', async () => {
      for (const versions of [[4], [5]]) {
        const h = await harness({ versions });
        const cluster = h.cluster({ keyspace: 'shop' });
        const session = await h.settle(cluster.connect());
        assert.equal(session.keyspace, 'shop');
        await h.settle(cluster.close());
      }
    });

    it('should refuse what is no name of a keyspace', async () => {
      const h = await harness();
      const cluster = h.cluster();
      for (const name of ['', null, 1, {}])
        await assert.rejects(cluster.connect(name as string), { name: 'ConfigurationError', path: 'keyspace' });
      assert.equal(h.network.connects, 0);
      await h.settle(cluster.close());
    });

    it('should leave nothing when no node is there, and work when it is tried again', async () => {
      const h = await harness();
      for (const node of h.servers.nodes) await h.servers.stopNode(node, { silently: true });
      const cluster = h.cluster({ contactPoints: ['10.0.0.1', '10.0.0.2', '10.0.0.3'] });
      for (let i = 0; i < 3; i++) {
        await assert.rejects(h.settle(cluster.connect()), NoHostAvailableError);
        assert.deepEqual(await h.leftovers(), nothing);
      }
      for (const node of h.servers.nodes) await h.servers.startNode(node, { silently: true });
      const session = await h.settle(cluster.connect());
      assert.equal((await h.settle(session.execute(QUERY))).one()?.['name'], 'Ada');
      await h.settle(cluster.close());
      assert.deepEqual(await h.leftovers(), nothing);
    });

    it('should leave nothing when it fails half-way, wherever that is', async () => {
      const ways: readonly Matcher[] = [
        /system\.local/,
        /system\.peers/,
        { opcode: 'OPTIONS' },
        { opcode: 'STARTUP' },
        { opcode: 'REGISTER' },
      ];
      for (const matcher of ways) {
        for (const reply of [error('serverError'), never()]) {
          const h = await harness({ nodes: 1 });
          const rule = h.servers.when(matcher, reply);
          const cluster = h.cluster({ connectTimeoutMs: 1_000 });
          await assert.rejects(h.settle(cluster.connect()));
          assert.deepEqual(await h.leftovers(), nothing, JSON.stringify(matcher));
          rule.remove();
          await h.settle(cluster.connect());
          await h.settle(cluster.close());
          assert.deepEqual(await h.leftovers(), nothing);
        }
      }
    });

    it('should fail all who wait for the same first contact, each with the reason', async () => {
      const h = await harness();
      const cluster = h.cluster({ contactPoints: ['10.9.9.9'] });
      const outcomes = await h.settle(
        Promise.allSettled([cluster.connect(), cluster.connect(), cluster.connect('shop')]),
      );
      for (const outcome of outcomes) {
        assert.equal(outcome.status, 'rejected');
        assert.ok(outcome.reason instanceof NoHostAvailableError);
        assert.deepEqual(Object.keys(outcome.reason.errors), ['10.9.9.9:9042']);
      }
      assert.deepEqual(await h.leftovers(), nothing);
      await h.settle(cluster.close());
    });

    it('should say that a function for tls gave no options, and never connect without TLS', async () => {
      const h = await harness();
      const cluster = h.cluster({ tls: (() => undefined) as never });
      await assert.rejects(h.settle(cluster.connect()), (failure) => {
        assert.ok(failure instanceof NoHostAvailableError);
        assert.ok(failure.errors['10.0.0.1:9042'] instanceof ConfigurationError);
        return true;
      });
      assert.equal(h.network.connects, 0);
      await h.settle(cluster.close());
    });
  });

  describe('close', () => {
    it('should end a connect that is under way, at whatever moment', async () => {
      for (let step = 0; step <= 20; step++) {
        const h = await harness();
        const cluster = h.cluster();
        const connecting = cluster.connect('shop').then(
          () => 'connected',
          (failure: unknown) => failure,
        );
        await h.clock.advance(step);
        assert.ok(step > 0 || cluster.activeOperations === 1);
        await h.settle(cluster.close());
        const outcome = await h.settle(connecting);
        assert.ok(outcome === 'connected' || outcome instanceof SessionClosedError, `step ${step}: ${String(outcome)}`);
        if (step === 0) assert.ok(outcome instanceof SessionClosedError);
        if (step === 20) assert.equal(outcome, 'connected');
        assert.equal(cluster.activeOperations, 0);
        assert.deepEqual(await h.leftovers(), nothing, `step ${step}`);
      }
    });

    it('should refuse all that comes later', async () => {
      const h = await harness();
      const cluster = h.cluster();
      const session = await h.settle(cluster.connect());
      const closing = cluster.close();
      assert.equal(cluster.isClosing, true);
      await assert.rejects(cluster.connect(), SessionClosedError);
      await assert.rejects(cluster.refreshSchema(), SessionClosedError);
      await h.settle(closing);
      await assert.rejects(cluster.connect(), SessionClosedError);
      await assert.rejects(session.execute(QUERY), SessionClosedError);
      const count = h.network.connects;
      await h.clock.advance(3_600_000);
      assert.equal(h.network.connects, count);
      assert.deepEqual(await h.leftovers(), nothing);
    });

    it('should be one closing, however often it is asked for', async () => {
      const h = await harness();
      const cluster = h.cluster();
      await h.settle(cluster.connect());
      assert.equal(cluster.shutdown(), cluster.close());
      await h.settle(cluster.shutdown());
      await h.settle(cluster.close({ drainTimeoutMs: 1 }));
      assert.equal(cluster.closed, true);
    });

    it('should let requests finish within the drain time', async () => {
      const h = await harness();
      const cluster = h.cluster();
      const session = await h.settle(cluster.connect());
      const answers = [session.execute(QUERY), session.execute(QUERY)];
      assert.equal(cluster.activeOperations, 2);
      await h.settle(cluster.close());
      for (const answer of await Promise.all(answers)) assert.equal(answer.one()?.['name'], 'Ada');
      assert.deepEqual(await h.leftovers(), nothing);
    });

    it('should fail what has not finished by then', async () => {
      for (const [given, limit] of [
        [undefined, 10_000],
        [{ drainTimeoutMs: 500 }, 500],
        [{ drainTimeoutMs: 0 }, 0],
      ] as const) {
        const h = await harness();
        h.servers.when(QUERY, never());
        const cluster = h.cluster();
        const session = await h.settle(cluster.connect());
        const answer = assert.rejects(session.execute(QUERY), { name: 'SessionClosedError', outcome: 'rejected' });
        await h.clock.advance(5);
        const before = h.clock.now();
        await h.settle(cluster.close(given));
        const took = h.clock.now() - before;
        assert.ok(took >= limit && took <= limit + 50, `${took} ms`);
        await answer;
        assert.deepEqual(await h.leftovers(), nothing);
      }
    });

    it('should take the drain time of the options', async () => {
      const h = await harness();
      h.servers.when(QUERY, never());
      const cluster = h.cluster({ drainTimeoutMs: 70 });
      const session = await h.settle(cluster.connect());
      const answer = assert.rejects(session.execute(QUERY), SessionClosedError);
      const before = h.clock.now();
      await h.settle(cluster.close());
      assert.ok(h.clock.now() - before < 120);
      await answer;
    });

    it('should be done by `await using`', async () => {
      const h = await harness();
      let seen: AsyncCassandraSession | undefined;
      const work = (async () => {
        await using cluster = h.cluster();
        await using session = await cluster.connect();
        seen = session;
        return (await session.execute(QUERY)).one()?.['name'];
      })();
      assert.equal(await h.settle(work), 'Ada');
      assert.equal(seen?.closed, true);
      assert.deepEqual(await h.leftovers(), nothing);
    });

    it('should not be needed for a session that closes by itself', async () => {
      const h = await harness();
      const cluster = h.cluster();
      const [one, other] = await h.settle(Promise.all([cluster.connect(), cluster.connect()]));
      await h.settle(one.close());
      assert.equal(h.network.openLinks().length, 1 + 3);
      assert.equal((await h.settle(other.execute(QUERY))).one()?.['name'], 'Ada');
      await h.settle(cluster.close());
      assert.deepEqual(await h.leftovers(), nothing);
    });
  });

  describe('createWithAuth', () => {
    const auth = passwordAuth({ ada: 'pass word' });

    it('should send user name and password, and take other options', async () => {
      await using server = await ScriptedServer.start({ auth });
      server.when(QUERY, rows({ name: t.text }, [['Ada']]));
      await using cluster = AsyncCluster.createWithAuth([server.contactPoint], 'ada', 'pass word', { fetchSize: 7 });
      const session = await cluster.connect();
      assert.equal((await session.execute(QUERY)).one()?.['name'], 'Ada');
      assert.equal(server.log.of(QUERY)[0]?.parameters?.pageSize, 7);
    });

    it('should check what it is given', () => {
      const create = AsyncCluster.createWithAuth as (...args: unknown[]) => AsyncCluster;
      assert.throws(() => create(['a'], '', 'x'), { path: 'credentials.username' });
      assert.throws(() => create(['a'], 'x'), { path: 'credentials.password' });
      assert.throws(() => create('a', 'x', 'y'), { path: 'contactPoints' });
      assert.throws(() => create(['a'], 'x', 'y', { authProvider: { newAuthenticator: () => ({}) } }), {
        path: 'credentials',
      });
      assert.throws(() => create(['a'], 'x', 'y', { nonsense: 1 }), { path: 'nonsense' });
    });

    it('should fail with what to check when the server refuses, and leave nothing', async () => {
      const h = await harness({ auth });
      const cluster = h.cluster({ credentials: { username: 'ada', password: 'wrong' } });
      await assert.rejects(h.settle(cluster.connect()), AuthenticationError);
      assert.deepEqual(await h.leftovers(), nothing);
      await h.settle(cluster.close());
    });

    it('should fail when the server asks and there are none', async () => {
      const h = await harness({ auth });
      const cluster = h.cluster();
      await assert.rejects(h.settle(cluster.connect()), /credentials/);
      await h.settle(cluster.close());
    });
  });

  describe('what it says and asks by default', () => {
    it('should be seen by the servers', async () => {
      const h = await harness();
      const cluster = h.cluster();
      const session = await h.settle(cluster.connect());
      await h.settle(session.execute(QUERY));
      const requests = h.servers.nodes.flatMap((node) => node.log.all);
      const startups = startupsOf(h);
      assert.equal(startups.length, 1 + 3);
      for (const startup of startups) {
        assert.deepEqual(startup, {
          CQL_VERSION: '3.0.0',
          DRIVER_NAME: 'async-cassandra for Node.js',
          DRIVER_VERSION: VERSION,
        });
      }
      const [query] = requests.filter((request) => request.cql === QUERY);
      assert.equal(query?.consistency, 'LOCAL_ONE');
      assert.equal(query?.parameters?.pageSize, 5000);
      assert.equal(query?.version, 5);
      await h.settle(cluster.close());
    });

    it('should be as the options say', async () => {
      const h = await harness();
      const options: ClusterOptions = {
        protocolVersion: 4,
        compression: 'lz4',
        consistency: 'QUORUM',
        fetchSize: 10,
        applicationName: 'shop',
        throwOnOverload: true,
        pooling: { connectionsPerNode: 2 },
        executionProfiles: { slow: { consistency: 'ONE', fetchSize: 3 } },
      };
      const cluster = h.cluster(options);
      const session = await h.settle(cluster.connect());
      await h.clock.advance(10);
      assert.equal(h.network.openLinks().length, 1 + 3 * 2);
      await h.settle(session.execute(QUERY));
      await h.settle(session.execute(QUERY, undefined, { executionProfile: 'slow' }));
      await assert.rejects(session.execute(QUERY, undefined, { executionProfile: 'toString' }), ConfigurationError);
      const requests = h.servers.nodes.flatMap((node) => node.log.all);
      const startup = startupsOf(h)[0] ?? {};
      assert.equal(startup['APPLICATION_NAME'], 'shop');
      assert.equal(startup['THROW_ON_OVERLOAD'], '1');
      assert.equal(startup['COMPRESSION'], 'lz4');
      const asked = requests.filter((request) => request.cql === QUERY);
      assert.deepEqual(
        asked.map((request) => [request.version, request.consistency, request.parameters?.pageSize]).sort(),
        [
          [4, 'ONE', 3],
          [4, 'QUORUM', 10],
        ],
      );
      await h.settle(cluster.close());
      assert.deepEqual(await h.leftovers(), nothing);
      assert.deepEqual(h.servers.faults, []);
    });

    it('should look names up by the option', async () => {
      const h = await harness();
      const asked: string[] = [];
      const lookup = async (host: string): Promise<readonly string[]> => {
        asked.push(host);
        return ['10.0.0.2'];
      };
      const cluster = h.cluster({ contactPoints: ['db.internal'], lookup });
      await h.settle(cluster.connect());
      assert.deepEqual([asked, h.network.lookups], [['db.internal'], 0]);
      await h.settle(cluster.close());
    });
  });
});
