import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClusterOptions } from '../../../src/client/index.ts';
import { AsyncCassandraError, ConnectionError, NoHostAvailableError, TimeoutError } from '../../../src/errors/index.ts';
import { type MatchOptions, never, passwordAuth, type ScriptedClusterOptions } from '../../support/index.ts';
import { ClusterHarness, nothing } from '../client/cluster-harness.ts';

const CONNECT_MS = 1000;
/** Round trips before and after, and a step of the deadline ticker. */
const SLACK_MS = 60;

/** A stage at which a node may fall silent while a driver connects to it. */
interface Stage {
  readonly name: string;
  /** What is never answered; `socket`: connecting, `name`: looking the name up, `provider`: the application's own part. */
  readonly silent: RegExp | MatchOptions | 'socket' | 'name' | 'provider';
  readonly servers?: ScriptedClusterOptions;
  readonly options?: ClusterOptions;
  readonly keyspace?: string;
}

const credentials = { username: 'user', password: 'password' };
const auth = passwordAuth({ user: 'password' });
const hangingProvider = {
  newAuthenticator: () => ({
    initialResponse: () => new Promise<Buffer>(() => undefined),
    evaluateChallenge: () => null,
  }),
};

const STAGES: readonly Stage[] = [
  { name: 'looking up the name', silent: 'name', options: { contactPoints: ['db.internal'] } },
  { name: 'connecting the socket', silent: 'socket' },
  { name: 'OPTIONS', silent: { opcode: 'OPTIONS' } },
  { name: 'STARTUP', silent: { opcode: 'STARTUP' } },
  { name: 'AUTH_RESPONSE', silent: { opcode: 'AUTH_RESPONSE' }, servers: { auth }, options: { credentials } },
  {
    name: 'an authenticator of the application',
    silent: 'provider',
    servers: { auth },
    options: { authProvider: hangingProvider },
  },
  { name: 'REGISTER', silent: { opcode: 'REGISTER' } },
  { name: 'system.local', silent: /FROM system\.local/ },
  { name: 'system.peers_v2', silent: /FROM system\.peers_v2/ },
  { name: 'system.peers', silent: /FROM system\.peers\b(?!_)/, servers: { hasPeersV2: false } },
  { name: 'the replication of keyspaces', silent: /FROM system_schema\.keyspaces/ },
  { name: 'USE', silent: /^USE/, servers: { versions: [4] }, keyspace: 'ks' },
];

async function start(stage: Stage, nodes: number, silent: number): Promise<ClusterHarness> {
  const h = await ClusterHarness.start({ nodes, ...stage.servers });
  if (stage.silent === 'socket') h.network.blackHole(h.servers.node(silent).host);
  else if (typeof stage.silent !== 'string') h.servers.node(silent).when(stage.silent, never());
  return h;
}

function optionsOf(h: ClusterHarness, stage: Stage): ClusterOptions {
  return {
    contactPoints: h.servers.contactPoints,
    localDataCenter: 'datacenter1',
    connectTimeoutMs: CONNECT_MS,
    ...(stage.silent === 'name' ? { lookup: () => new Promise(() => undefined) } : {}),
    ...stage.options,
  };
}

for (const stage of STAGES) {
  describe(`a node that falls silent at ${stage.name}`, () => {
    test('should fail the connect in time, with who was silent and what to check, and leave nothing', async () => {
      const h = await start(stage, 1, 0);
      const cluster = h.cluster(optionsOf(h, stage));
      const failure = await h.settle(
        cluster.connect(stage.keyspace).then(
          () => undefined,
          (error: unknown) => error,
        ),
      );
      assert.ok(h.clock.now() <= CONNECT_MS + SLACK_MS, `${h.clock.now()} ms`);
      assert.ok(failure instanceof AsyncCassandraError);
      assert.ok(failure instanceof NoHostAvailableError, failure.name);
      assert.equal(failure.outcome, 'notSent');
      const [[node, reason] = ['', undefined], ...others] = Object.entries(failure.errors);
      assert.equal(others.length, 0);
      const expected = stage.silent === 'name' ? 'db.internal:9042' : '10.0.0.1:9042';
      assert.equal(node, expected);
      assert.ok(reason instanceof (stage.silent === 'name' ? ConnectionError : TimeoutError), reason?.name);
      for (const { message } of [failure, reason]) {
        assert.ok(message.includes(expected.split(':')[0] ?? ''), message);
        assert.match(message, /; check |check that /, 'says what to check');
      }
      await h.settle(cluster.shutdown({ drainTimeoutMs: 0 }));
      assert.deepEqual(await h.leftovers(), nothing);
    });

    test('should not keep shutdown waiting', async () => {
      const h = await start(stage, 1, 0);
      const cluster = h.cluster(optionsOf(h, stage));
      const connecting = cluster.connect(stage.keyspace).then(
        () => undefined,
        (error: unknown) => error,
      );
      await h.clock.advance(CONNECT_MS / 2);
      const before = h.clock.now();
      await h.settle(cluster.shutdown());
      const failure = await h.settle(connecting);
      assert.ok(h.clock.now() - before <= SLACK_MS, `${h.clock.now() - before} ms`);
      assert.ok(failure instanceof AsyncCassandraError, 'the connect ends with a typed error');
      assert.deepEqual(await h.leftovers(), nothing);
    });

    if (stage.silent !== 'name' && stage.silent !== 'provider') {
      test('should not keep a cluster of others from being used', async () => {
        for (const silent of [0, 1, 2]) {
          const h = await start(stage, 3, silent);
          const cluster = h.cluster(optionsOf(h, stage));
          const session = await h.settle(cluster.connect(stage.keyspace));
          assert.ok(h.clock.now() <= 2 * CONNECT_MS + SLACK_MS, `${h.clock.now()} ms`);
          for (let i = 0; i < 5; i++) await h.settle(session.execute('INSERT INTO ks.t (k) VALUES (1)'));
          await h.settle(cluster.shutdown({ drainTimeoutMs: 0 }));
          assert.deepEqual(await h.leftovers(), nothing);
        }
      });
    }
  });
}
