import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { InvalidValueError } from '../../../src/errors/index.ts';
import type { NodeInfo } from '../../../src/metadata/index.ts';
import { DefaultLoadBalancingPolicy, type RoutingInfo } from '../../../src/policies/index.ts';
import { BatchStatement, type Params, type PreparedStatement } from '../../../src/session/index.ts';
import { type ScriptedServer, t } from '../../support/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

/** Tokens by another implementation. */
const { Murmur3Tokenizer } = createRequire(import.meta.url)('cassandra-driver/lib/tokenizer.js') as {
  Murmur3Tokenizer: new () => { hash(bytes: Uint8Array): { getValue(): { toString(): string } } };
};
const tokenizer = new Murmur3Tokenizer();

/** The node that owns a key of these components, with replication factor 1 (Cassandra: CompositeType, Murmur3Partitioner). */
function ownerOf(h: SessionHarness, components: readonly Buffer[]): ScriptedServer {
  const parts = components.map((bytes) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    return Buffer.concat([length, bytes, Buffer.alloc(1)]);
  });
  const key = components.length === 1 ? (components[0] as Buffer) : Buffer.concat(parts);
  const token = BigInt(tokenizer.hash(key).getValue().toString());
  const ring = h.servers.nodes
    .flatMap((server) => server.node.tokens.map((text) => ({ token: BigInt(text), server })))
    .sort((a, b) => (a.token < b.token ? -1 : 1));
  const owner = ring.find((each) => each.token >= token) ?? ring[0];
  assert.ok(owner !== undefined);
  return owner.server;
}

async function start(): Promise<SessionHarness> {
  const h = await SessionHarness.start({ nodes: 5 });
  h.servers.schema.addKeyspace('ks');
  await h.settle(h.cluster.refreshSchema());
  return h;
}

/** Every type that a partition key may have, and the values of the i-th key. */
const keyTypes = {
  ascii: [t.ascii, (i: number) => `key ${i}`],
  bigint: [t.bigint, (i: number) => BigInt(i) * -7_919_000_000n],
  blob: [t.blob, (i: number) => Buffer.from([i, 255, 0])],
  boolean: [t.boolean, (i: number) => i % 2 === 0],
  date: [t.date, (i: number) => `2024-02-${String(i + 1).padStart(2, '0')}`],
  decimal: [t.decimal, (i: number) => `${i}.50`],
  double: [t.double, (i: number) => i / 3],
  float: [t.float, (i: number) => i / 4],
  inet: [t.inet, (i: number) => (i % 2 === 0 ? `10.0.0.${i}` : `fe80::${i}`)],
  int: [t.int, (i: number) => i * 1_000_003],
  smallint: [t.smallint, (i: number) => i - 5],
  text: [t.text, (i: number) => `Schlüssel ${i}`],
  time: [t.time, (i: number) => `01:02:03.00000000${i % 10}`],
  timestamp: [t.timestamp, (i: number) => new Date(i * 86_400_000)],
  tinyint: [t.tinyint, (i: number) => i - 10],
  uuid: [t.uuid, (i: number) => `d8775a70-6ea4-41e4-9fa7-0db22d2a61${String(i).padStart(2, '0')}`],
  timeuuid: [t.timeuuid, (i: number) => `d8775a70-6ea4-11e4-9fa7-0db22d2a61${String(i).padStart(2, '0')}`],
  varint: [t.varint, (i: number) => 10n ** BigInt(i)],
  list: [t.list(t.int), (i: number) => [i, 1]],
  map: [t.map(t.text, t.int), (i: number) => new Map([['a', i]])],
  tuple: [t.tuple(t.int, t.text), (i: number) => [i, 'x']],
} as const;

/** Notes what it is told of replicas, and leaves the choice to the default policy. */
class Listening extends DefaultLoadBalancingPolicy {
  readonly ordered: string[][] = [];
  readonly unordered: string[][] = [];

  override first(query: RoutingInfo): NodeInfo | null {
    this.unordered.push(query.replicaSet().map(({ endPoint }) => endPoint));
    this.ordered.push(query.replicas().map(({ endPoint }) => endPoint));
    return super.first(query);
  }
}

describe('a keyspace that all nodes hold', () => {
  async function startFull(policy: DefaultLoadBalancingPolicy): Promise<SessionHarness> {
    const h = await SessionHarness.start({ nodes: 3, cluster: { loadBalancingPolicy: policy } });
    h.servers.schema.addKeyspace('ks', { class: 'SimpleStrategy', replication_factor: '3' });
    h.servers.schema.addTable('ks', 't', { k: t.int, v: t.int });
    await h.settle(h.cluster.refreshSchema());
    return h;
  }

  test('should have its replicas told in order and, for less, in any order', async () => {
    const policy = new Listening();
    await using h = await startFull(policy);
    const statement = await h.settle(h.session.prepare('INSERT INTO ks.t (k, v) VALUES (?, ?)'));
    for (let k = 0; k < 20; k++) {
      await h.settle(h.session.execute(statement, [k, 1]));
      const key = Buffer.alloc(4);
      key.writeInt32BE(k);
      assert.equal(policy.ordered.at(-1)?.[0], ownerOf(h, [key]).contactPoint);
      assert.deepEqual(policy.unordered.at(-1)?.toSorted(), policy.ordered.at(-1)?.toSorted());
      assert.equal(policy.ordered.at(-1)?.length, 3);
    }
  });

  test('should be read from all of them, and have conditional writes sent to the owner of their key', async () => {
    await using h = await startFull(new DefaultLoadBalancingPolicy());
    const read = await h.settle(h.session.prepare('SELECT v FROM ks.t WHERE k = ?'));
    const condition = await h.settle(h.session.prepare('INSERT INTO ks.t (k, v) VALUES (?, ?) IF NOT EXISTS'));
    const asked = new Set<string | undefined>();
    for (let k = 0; k < 30; k++) {
      asked.add((await h.settle(h.session.execute(read, [k]))).executionInfo.coordinator);
      const key = Buffer.alloc(4);
      key.writeInt32BE(k);
      const { executionInfo } = await h.settle(h.session.execute(condition, [k, 1]));
      assert.equal(executionInfo.coordinator, ownerOf(h, [key]).contactPoint);
    }
    assert.equal(asked.size, 3);
  });

  test('should refuse a key of a wrong kind all the same, naming its column', async () => {
    await using h = await startFull(new DefaultLoadBalancingPolicy());
    const read = await h.settle(h.session.prepare('SELECT v FROM ks.t WHERE k = ?'));
    const error = await h.failure(h.session.execute(read, ['seven']));
    assert.ok(error instanceof InvalidValueError);
    assert.match(error.message, /\bk\b/);
  });
});

describe('token-aware routing', () => {
  test('should send to the owner of a key of each type that a key may have', async () => {
    await using h = await start();
    for (const [name, [type, valueOf]] of Object.entries(keyTypes)) {
      h.servers.schema.addTable('ks', name, { k: type, v: t.int });
      const statement = await h.settle(h.session.prepare(`INSERT INTO ks.${name} (v, k) VALUES (?, ?)`));
      for (let i = 0; i < 8; i++) await checkFirst(h, statement, [i, valueOf(i)], [1]);
    }
  });

  test('should send to the owner of a composite key, its columns bound in any order', async () => {
    await using h = await start();
    h.servers.schema.addTable('ks', 't', { a: t.uuid, b: t.text, c: t.int }, { partitionKey: ['a', 'b', 'c'] });
    const statement = await h.settle(h.session.prepare('SELECT a FROM ks.t WHERE c = ? AND a = ? AND b = ?'));
    assert.deepEqual(statement.partitionKeyIndexes, [1, 2, 0]);
    for (let i = 0; i < 15; i++) await checkFirst(h, statement, [i, keyTypes.uuid[1](i), 'x'.repeat(i)], [1, 2, 0]);
  });

  test('should send a batch to the owner of its first statement that has a key', async () => {
    await using h = await start();
    h.servers.schema.addTable('ks', 't', { k: t.int, v: t.int });
    const keyed = await h.settle(h.session.prepare('INSERT INTO ks.t (k, v) VALUES (?, ?)'));
    const unkeyed = await h.settle(h.session.prepare('INSERT INTO ks.t (k, v) VALUES (1, ?)'));
    assert.deepEqual(unkeyed.partitionKeyIndexes, []);
    const owners = new Set<ScriptedServer>();
    for (let k = 0; k < 15; k++) {
      h.clearLogs();
      const batch = new BatchStatement().add(unkeyed, [0]).add('INSERT INTO ks.t (k) VALUES (5)');
      await h.settle(h.session.execute(batch.add(keyed, [k, 0]).add(keyed, [k + 1, 0])));
      const key = Buffer.alloc(4);
      key.writeInt32BE(k);
      const owner = ownerOf(h, [key]);
      assert.deepEqual(asked(h, 'BATCH'), [owner.contactPoint]);
      owners.add(owner);
    }
    assert.ok(owners.size > 2);
  });
});

/** The nodes that got requests of a kind; more than one where they had to be prepared first. */
function asked(h: SessionHarness, opcode: 'EXECUTE' | 'BATCH'): string[] {
  return h.servers.nodes.filter((node) => node.log.count(opcode) > 0).map((node) => node.contactPoint);
}

async function checkFirst(
  h: SessionHarness,
  statement: PreparedStatement,
  params: Params,
  keyIndexes: readonly number[],
): Promise<void> {
  h.clearLogs();
  await h.settle(h.session.execute(statement, params).catch(() => undefined));
  const sent = h.statements[0];
  assert.ok(sent !== undefined);
  const components = keyIndexes.map((index) => sent.values[index] as Buffer);
  assert.deepEqual(asked(h, 'EXECUTE'), [ownerOf(h, components).contactPoint]);
}
