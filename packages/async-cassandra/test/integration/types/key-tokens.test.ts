import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AsyncCassandraSession, AsyncCluster } from 'async-cassandra';
import { murmur3 } from '../../../src/metadata/murmur3.ts';
import { TokenPair, tokenFromWords } from '../../../src/metadata/token-pair.ts';
import { ByteWriter } from '../../../src/protocol/index.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import { chooseSeed } from '../../support/seeded-random.ts';
import { executeAll, openCluster, TestKeyspace } from '../support/test-cluster.ts';
import { keyedTables } from './support/keyed-tables.ts';

const KEYS_OF_EACH_TABLE = 20;

describe('Tokens of partition keys of all types', () => {
  const keyspace = new TestKeyspace();
  const seed = chooseSeed();
  const tables = keyedTables(KEYS_OF_EACH_TABLE, propertyRuns(20), seed);
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

  it('should be those that the server computes', async () => {
    const scratch = new ByteWriter(256);
    const token = new TokenPair();
    for (const { name, keyTypes, schema, insert, keys, select } of tables) {
      await executeAll(session, schema);
      const prepared = await session.prepare(insert);
      const columns = /\(n, c, (.*)\)\s+VALUES/.exec(insert)?.[1]?.split(', ').reverse().join(', ') ?? assert.fail();
      const question = select.replace('SELECT n', `SELECT token(${columns}) AS t`);
      for (const key of keys) {
        const values = [...key].reverse();
        await session.execute(prepared, [1, 1, ...values]);
        const expected = (await session.execute<{ t: bigint }>(question, values)).one()?.t;
        scratch.pos = 0;
        assert.ok(prepared.plan.writeRoutingKey(scratch, [1, 1, ...values]));
        murmur3(scratch.buf, 0, scratch.pos, token);
        assert.equal(
          tokenFromWords(token.hi, token.lo),
          expected,
          `${name} with a key of ${keyTypes}. Repeat with TEST_SEED=${seed}`,
        );
      }
    }
  });
});
