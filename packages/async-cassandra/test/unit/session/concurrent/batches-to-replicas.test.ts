import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Params } from '../../../../src/session/index.ts';
import { type ReceivedRequest, SchemaModel, type ScriptedServer, t, voidResult } from '../../../support/index.ts';
import { decodeValue } from '../../../support/wire/index.ts';
import { SessionHarness } from '../../../support/session/session-harness.ts';
import { tokenOfPartition } from '../../../support/session/token-table.ts';

const INSERT = 'INSERT INTO ks.t (k, c) VALUES (?, ?)';
const COLUMNS = { k: t.int, c: t.int };
const PARTITIONS = 400;
const NODES = 5;

async function start(replicationFactor: number, versions: number[], isKnown = true): Promise<SessionHarness> {
  const schema = new SchemaModel();
  if (isKnown) {
    schema.addKeyspace('ks', { class: 'SimpleStrategy', replication_factor: String(replicationFactor) });
    schema.addTable('ks', 't', COLUMNS, { partitionKey: ['k'], clusteringKey: ['c'] });
  }
  const h = await SessionHarness.start({ nodes: NODES, versions, servers: { schema } });
  h.servers.when(INSERT, voidResult(), { bind: COLUMNS, partitionKey: ['k'] });
  // Each node is taught the statement, so that none answers a batch with UNPREPARED and the next node gets it.
  for (const node of h.cluster.metadata.nodes.keys()) await h.settle(h.session.execute(INSERT, [0, 0], { node }));
  h.clearLogs();
  return h;
}

/** The nodes that hold a partition, by the tokens that the servers have (SimpleStrategy: the next ones on the ring). */
function replicasOf(h: SessionHarness, key: number, replicationFactor: number): Set<ScriptedServer> {
  const token = tokenOfPartition(key);
  const ring = h.servers.nodes
    .flatMap((server) => server.node.tokens.map((text) => ({ at: BigInt(text), server })))
    .sort((a, b) => (a.at < b.at ? -1 : 1));
  const from = Math.max(
    0,
    ring.findIndex(({ at }) => at >= token),
  );
  const replicas = new Set<ScriptedServer>();
  for (let i = from; replicas.size < replicationFactor; i++)
    replicas.add((ring[i % ring.length] as { server: ScriptedServer }).server);
  return replicas;
}

/** Partition keys of what a request writes. */
function keysOf({ batch, bound }: ReceivedRequest): number[] {
  if (batch === undefined) return [bound['k'] as number];
  return batch.members.map(({ values }) => decodeValue(t.int, values[0] as Buffer) as number);
}

/** Three rows of each partition, those of one partition far from each other. */
function params(): Params[] {
  return [0, 1, 2].flatMap((c) => Array.from({ length: PARTITIONS }, (_, k): Params => [k, c]));
}

async function write(h: SessionHarness): Promise<void> {
  const statement = await h.settle(h.session.prepare(INSERT, { idempotent: true }));
  const running = h.session.executeConcurrent(statement, params(), { batchByReplica: true });
  const { succeeded } = await h.settle(running);
  assert.equal(succeeded, 3 * PARTITIONS);
  const written = h.statements.flatMap(keysOf).sort((a, b) => a - b);
  assert.deepEqual(
    written,
    params()
      .map((row) => (row as readonly number[])[0])
      .sort((a, b) => (a as number) - (b as number)),
  );
}

describe('batches by replica', () => {
  for (const versions of [[4], [5]])
    for (const replicationFactor of [1, 2, 3])
      it(`should each arrive at a node that holds all of it: ${replicationFactor} replicas, version ${versions[0]}`, async () => {
        await using h = await start(replicationFactor, versions);
        await write(h);
        for (const server of h.servers.nodes) {
          const requests = server.log.statements;
          assert.ok(requests.some(({ batch }) => batch !== undefined && batch.members.length > 3));
          for (const request of requests)
            for (const key of keysOf(request))
              assert.ok(
                replicasOf(h, key, replicationFactor).has(server),
                `${server.contactPoint} got ${key} in a batch of ${keysOf(request).length}`,
              );
        }
        assert.ok(h.statements.length < PARTITIONS / 2, `${h.statements.length} requests`);
      });

  it('should hold no partition beside others when it is not known which nodes have them', async () => {
    await using h = await start(1, [5], false);
    assert.equal(h.cluster.metadata.keyspaces.has('ks'), false);
    await write(h);
    for (const request of h.statements) assert.equal(new Set(keysOf(request)).size, 1);
  });
});
