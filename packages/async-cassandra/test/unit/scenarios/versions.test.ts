import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClusterOptions } from '../../../src/client/index.ts';
import { AsyncCassandraError, ConnectionError, NoHostAvailableError } from '../../../src/errors/index.ts';
import type { AsyncCassandraSession } from '../../../src/session/index.ts';
import {
  byDefault,
  error,
  mutated,
  never,
  type ScriptedClusterOptions,
  type ScriptedServer,
  sequence,
} from '../../support/index.ts';
import { ClusterHarness, nothing } from '../client/cluster-harness.ts';

const INSERT = 'INSERT INTO ks.t (k) VALUES (1)';
const OLD = { versions: [3, 4], releaseVersion: '3.11.16', hasPeersV2: false } as const;
const options: ClusterOptions = { localDataCenter: 'datacenter1', connectTimeoutMs: 1000 };

/** The version that a server that speaks `versions` is spoken to in. */
const agreed: readonly [what: string, servers: ScriptedClusterOptions, asked: 4 | 5 | undefined, version: number][] = [
  ['both', { versions: [4, 5] }, undefined, 5],
  ['4 alone', { versions: [4] }, undefined, 4],
  ['3 and 4', { versions: [3, 4] }, undefined, 4],
  ['5 as a beta', { versions: [3, 4], betaVersions: [5] }, undefined, 4],
  ['6 as a beta', { versions: [3, 4, 5], betaVersions: [6] }, undefined, 5],
  ['both, where 4 is asked for', { versions: [4, 5] }, 4, 4],
];

async function executes(h: ClusterHarness, session: AsyncCassandraSession, times = 12): Promise<Set<string>> {
  const coordinators = new Set<string>();
  for (let i = 0; i < times; i++) {
    const { executionInfo } = await h.settle(session.execute(INSERT));
    coordinators.add((executionInfo.coordinator ?? '').split(':')[0] ?? '');
  }
  return coordinators;
}

/** The node is stopped and comes back as another release. */
async function upgrade(
  h: ClusterHarness,
  server: ScriptedServer,
  releaseVersion: string,
  versions: readonly number[],
): Promise<void> {
  await h.servers.stopNode(server);
  await h.clock.advance(3_000);
  server.becomes(releaseVersion, versions);
  await h.servers.startNode(server);
  await h.clock.advance(20_000);
}

function versionsOf(server: ScriptedServer): number[] {
  return [...new Set([...server.connections].map(({ version }) => version ?? 0))];
}

async function refusal(h: ClusterHarness, more: ClusterOptions = {}): Promise<AsyncCassandraError> {
  const cluster = h.cluster({ ...options, ...more });
  const failure = await h.settle(
    cluster.connect().then(
      () => undefined,
      (reason: unknown) => reason,
    ),
  );
  assert.ok(failure instanceof AsyncCassandraError);
  await h.settle(cluster.shutdown());
  assert.deepEqual(await h.leftovers(), nothing);
  return failure;
}

describe('the protocol version', () => {
  for (const [what, servers, protocolVersion, version] of agreed)
    test(`should be ${version} with servers that speak ${what}`, async () => {
      const h = await ClusterHarness.start(servers);
      const cluster = h.cluster({ ...options, ...(protocolVersion === undefined ? {} : { protocolVersion }) });
      const session = await h.settle(cluster.connect('ks'));
      assert.equal((await executes(h, session)).size, 3);
      for (const server of h.servers.nodes) {
        assert.deepEqual(versionsOf(server), [version]);
        assert.ok(server.log.statements.every((request) => request.version === version));
      }
      assert.deepEqual(h.servers.faults, []);
      await h.settle(cluster.shutdown());
    });

  for (const [what, servers, protocolVersion, pattern] of [
    [
      '3 alone',
      { versions: [3] },
      undefined,
      /does not speak native protocol version 5 and 4 .*Cassandra 2\.2 or newer/,
    ],
    [
      '5 as a beta, where 5 is asked for',
      { versions: [4], betaVersions: [5] },
      5,
      /version 5 .*check the option protocolVersion/,
    ],
    ['4, where 5 is asked for', { versions: [3, 4] }, 5, /version 5 .*check the option protocolVersion/],
  ] as const)
    test(`should be told to be missing by servers that speak ${what}`, async () => {
      const h = await ClusterHarness.start({ ...servers, nodes: 1 });
      const failure = await refusal(h, protocolVersion === undefined ? {} : { protocolVersion });
      assert.ok(failure instanceof NoHostAvailableError);
      const reason = failure.errors['10.0.0.1:9042'];
      assert.ok(reason instanceof ConnectionError);
      assert.match(reason.message, pattern);
      assert.match(failure.message, pattern);
      assert.equal((reason.cause as Error).name, 'ServerProtocolError', 'the words of the server');
    });

  for (const version of [0, 1, 3, 6, 0x41])
    test(`should be as asked in each answer: one of version ${version} ends the attempt`, async () => {
      const h = await ClusterHarness.start({ nodes: 1 });
      const lies = mutated(byDefault(), (envelope) => {
        envelope[0] = 0x80 | version;
        return envelope;
      });
      h.servers.when({ opcode: ['OPTIONS', 'STARTUP'] }, lies);
      const failure = await refusal(h);
      assert.ok(failure instanceof NoHostAvailableError);
      const reason = failure.errors['10.0.0.1:9042'];
      assert.ok(reason instanceof AsyncCassandraError);
      assert.match(reason.message, /(byte 0x|version).*; check/);
    });

  test('should not be lowered by what has nothing to do with it', async () => {
    const h = await ClusterHarness.start({ nodes: 1 });
    h.servers.when({ opcode: 'OPTIONS' }, sequence(error('overloaded'), byDefault()));
    const failure = await refusal(h);
    assert.equal(failure.name, 'OverloadedError');
    assert.deepEqual([...new Set(h.servers.node(0).log.all.map(({ version }) => version))], [5]);
  });
});

describe('a cluster of mixed versions', () => {
  for (const contact of ['10.0.0.1', '10.0.0.2'])
    test(`should be used in the version that all nodes speak, when ${contact} is asked first`, async () => {
      const h = await ClusterHarness.start({ nodes: [{}, OLD] });
      const cluster = h.cluster({ ...options, contactPoints: [contact] });
      const session = await h.settle(cluster.connect('ks'));
      assert.equal((await executes(h, session)).size, 2);
      for (const server of h.servers.nodes) assert.ok(server.log.statements.every(({ version }) => version === 4));
      assert.deepEqual(h.servers.faults, []);
      await h.settle(cluster.shutdown());
      assert.deepEqual(await h.leftovers(), nothing);
    });

  test('should be found by another node when the first falls silent as the version is lowered', async () => {
    const h = await ClusterHarness.start({ nodes: [{}, OLD] });
    h.servers.node(0).when({ opcode: 'STARTUP', where: ({ version }) => version === 4 }, never());
    const cluster = h.cluster({ ...options, contactPoints: ['10.0.0.1', '10.0.0.2'] });
    const session = await h.settle(cluster.connect());
    assert.deepEqual([...(await executes(h, session))], ['10.0.0.2']);
    await h.settle(cluster.shutdown());
    assert.deepEqual(await h.leftovers(), nothing);
  });

  test('should go on while its nodes are upgraded one by one, in the version that was agreed on', async () => {
    const h = await ClusterHarness.start({ nodes: [OLD, OLD, OLD] });
    const cluster = h.cluster({ ...options, contactPoints: h.servers.contactPoints });
    const session = await h.settle(cluster.connect('ks'));
    const statement = await h.settle(session.prepare('INSERT INTO ks.t (k) VALUES (?)'));
    for (const server of [...h.servers.nodes]) {
      await upgrade(h, server, '5.0.9', [3, 4, 5]);
      await h.settle(session.execute(statement, [null]));
      const used = await executes(h, session, 40);
      assert.equal(used.size, 3, `all are in use after ${server.host} was upgraded: ${[...used].join()}`);
      assert.equal(cluster.metadata.nodes.get(server.node.hostId)?.releaseVersion, '5.0.9');
      assert.deepEqual(versionsOf(server), [4]);
    }
    assert.deepEqual(h.servers.faults, []);
    await h.settle(cluster.shutdown());
    assert.deepEqual(await h.leftovers(), nothing);
  });

  test('should pass over a node that was put back to a release without the version, until it has it again', async () => {
    const h = await ClusterHarness.start({ nodes: 3 });
    const cluster = h.cluster({ ...options, contactPoints: h.servers.contactPoints });
    const session = await h.settle(cluster.connect('ks'));
    const server = h.servers.node(1);
    await upgrade(h, server, '3.11.16', [3, 4]);
    assert.deepEqual([...(await executes(h, session, 40))].sort(), ['10.0.0.1', '10.0.0.3']);
    await h.clock.advance(600_000);
    const attempts = server.log.all.filter(
      ({ opcodeName }) => opcodeName === 'STARTUP' || opcodeName === 'OPTIONS',
    ).length;
    assert.ok(attempts < 60, `${attempts} attempts in ten minutes`);
    await upgrade(h, server, '5.0.9', [3, 4, 5]);
    assert.equal((await executes(h, session, 40)).size, 3);
    await h.settle(cluster.shutdown());
    assert.deepEqual(await h.leftovers(), nothing);
  });
});
