import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AsyncCassandraSession, AsyncCluster } from 'async-cassandra';
import { murmur3 } from '../../../src/metadata/murmur3.ts';
import { TokenPair, tokenFromWords } from '../../../src/metadata/token-pair.ts';
import { ByteWriter } from '../../../src/protocol/index.ts';
import { executeAll, openCluster, TestKeyspace } from '../support/test-cluster.ts';

/** Java makes IPv4 addresses of IPv6 addresses that map them, wherever the server turns bytes into an address and back. */
const MAPPED = '::ffff:1.2.3.4';
const PLAIN = '1.2.3.4';
const V6 = '2001:db8::1';
const LOW = '::1';
const mixes: readonly (readonly string[])[] = [
  [MAPPED],
  [MAPPED, V6],
  [V6, MAPPED, LOW],
  [MAPPED, '0.0.0.1', '255.1.1.1'],
  [PLAIN, MAPPED],
  [MAPPED, PLAIN],
  ['::ffff:255.0.0.1', '::ffff:0.0.0.1', V6],
];

/** The type of the key, and keys of it made of some addresses. */
const keyTypes: readonly (readonly [string, (addresses: readonly string[]) => unknown])[] = [
  ['inet', ([first]) => first],
  ['frozen<list<inet>>', (all) => all],
  ['frozen<set<inet>>', (all) => new Set(all)],
  ['frozen<map<inet, int>>', (all) => new Map(all.map((address, i) => [address, i]))],
  ['frozen<map<int, inet>>', (all) => new Map(all.map((address, i) => [i, address]))],
  ['frozen<list<frozen<set<inet>>>>', (all) => [new Set(all), new Set(all.slice(1))]],
  ['frozen<set<frozen<list<inet>>>>', (all) => new Set([all, all.slice(1)])],
  ['frozen<map<frozen<set<inet>>, frozen<list<inet>>>>', (all) => new Map([[new Set(all), all]])],
  ['frozen<list<frozen<map<inet, int>>>>', (all) => [new Map(all.map((address, i) => [address, i]))]],
  ['frozen<tuple<inet, inet>>', ([first, second = PLAIN]) => [first, second]],
  ['frozen<set<frozen<tuple<inet, int>>>>', (all) => new Set(all.map((address, i) => [address, i]))],
  ['frozen<tuple<int, frozen<set<inet>>>>', (all) => [1, new Set(all)]],
  ['frozen<pair>', ([first, second = PLAIN]) => ({ a: first, b: second })],
  ['frozen<list<frozen<pair>>>', ([first, second = PLAIN]) => [{ a: first, b: second }]],
  ['vector<inet, 2>', ([first, second = PLAIN]) => [first, second]],
  ['frozen<list<vector<inet, 2>>>', ([first, second = PLAIN]) => [[first, second]]],
];

describe('Partition keys with IPv4 addresses mapped into IPv6', () => {
  const keyspace = new TestKeyspace(['CREATE TYPE pair (a inet, b inet)']);
  let cluster: AsyncCluster;
  let session: AsyncCassandraSession;
  before(async () => {
    await keyspace.create();
    cluster = openCluster();
    session = await cluster.connect(keyspace.name);
  });
  after(async () => {
    await cluster.shutdown();
    await keyspace.drop();
  });

  for (const [i, [type, keyOf]] of keyTypes.entries()) {
    it(`should have the tokens that the server computes, alone and beside others: ${type}`, async (t) => {
      const { releaseVersion } = [...cluster.metadata.nodes.values()][0] ?? assert.fail();
      if (type.includes('vector') && releaseVersion.startsWith('4')) {
        t.skip('Cassandra 4 has no vectors');
        return;
      }
      await executeAll(session, [
        `CREATE TABLE one_${i} (k ${type} PRIMARY KEY, n int)`,
        `CREATE TABLE two_${i} (a int, k ${type}, n int, PRIMARY KEY ((a, k)))`,
      ]);
      const problems: string[] = [];
      for (const mix of mixes) {
        const key = keyOf(mix);
        const one = await problem(`one_${i}`, 'k', [key]);
        const two = await problem(`two_${i}`, 'a, k', [7, key]);
        for (const text of [one, two]) if (text !== null) problems.push(`${mix.join(' ')}: ${text}`);
      }
      assert.deepEqual(problems, []);
    });
  }

  async function problem(table: string, columns: string, key: readonly unknown[]): Promise<string | null> {
    const markers = key.map(() => '?').join(', ');
    await session.execute(`TRUNCATE ${table}`);
    const prepared = await session.prepare(`INSERT INTO ${table} (${columns}, n) VALUES (${markers}, 1)`);
    await session.execute(prepared, [...key, 1].slice(0, key.length));
    // Asked of the row that is stored, not of a value that is sent.
    const row = (
      await session.execute<{ t: bigint; j: string }>(`SELECT token(${columns}) AS t, toJson(k) AS j FROM ${table}`)
    ).one();
    const scratch = new ByteWriter(256);
    assert.ok(prepared.plan.writeRoutingKey(scratch, [...key]));
    const token = new TokenPair();
    murmur3(scratch.buf, 0, scratch.pos, token);
    if (tokenFromWords(token.hi, token.lo) === row?.t) return null;
    const raw = scratch.buf.subarray(0, scratch.pos).toString('hex');
    return `routing key ${raw}, stored as ${row?.j}`;
  }
});
