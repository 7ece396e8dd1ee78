import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { AsyncCluster, InvalidQueryError } from 'async-cassandra';
import type { AsyncCassandraSession } from 'async-cassandra';
import { suiteCluster, uniqueKeyspace } from '../support/shop.ts';

const ROWS = 2_000;
const ALL = 'SELECT id FROM numbers';
const BROKEN = 'SELECT nothing FROM nowhere';

/** Each thing closes itself, when its block ends however it ends, and nothing that others use. */
describe('What ends with a block', () => {
  const keyspace = uniqueKeyspace();
  let cluster: AsyncCluster;
  let session: AsyncCassandraSession;

  before(async () => {
    cluster = new AsyncCluster(suiteCluster());
    session = await cluster.connect();
    const replication = "{'class': 'SimpleStrategy', 'replication_factor': 1}";
    const slow = { timeoutMs: 60_000 };
    await session.execute(`CREATE KEYSPACE ${keyspace} WITH replication = ${replication}`, undefined, slow);
    await session.setKeyspace(keyspace);
    await session.execute('CREATE TABLE numbers (id int PRIMARY KEY)', undefined, slow);
    const insert = await session.prepare('INSERT INTO numbers (id) VALUES (?)');
    await session.executeConcurrent(
      insert,
      Array.from({ length: ROWS }, (_, id) => [id]),
    );
  });
  after(async () => {
    await session?.execute(`DROP KEYSPACE ${keyspace}`, undefined, { timeoutMs: 60_000 });
    await cluster?.close();
  });

  const count = async (from: AsyncCassandraSession): Promise<number> => {
    let rows = 0;
    await using stream = await from.executeStream(ALL, [], { fetchSize: 100 });
    for await (const _row of stream) rows++;
    return rows;
  };

  it('should not be the session, when a query fails', async () => {
    await assert.rejects(session.execute(BROKEN), InvalidQueryError);
    assert.equal(session.closed, false);
    assert.equal(await count(session), ROWS);
  });

  it('should be the stream but not the session, when reading fails', async () => {
    const failing = async (): Promise<void> => {
      await using stream = await session.executeStream(ALL, [], { fetchSize: 100 });
      for await (const row of stream) if (row['id'] !== undefined) throw new RangeError('Half way');
    };
    await assert.rejects(failing, RangeError);
    await assert.rejects(session.executeStream(BROKEN), InvalidQueryError);
    assert.equal(session.state.openStreams, 0);
    assert.equal(await count(session), ROWS);
  });

  it('should be the session but not the cluster, when its block throws', async () => {
    let inner: AsyncCassandraSession | undefined;
    const failing = async (): Promise<void> => {
      await using own = await cluster.connect(keyspace);
      inner = own;
      await own.execute(BROKEN);
    };
    await assert.rejects(failing, InvalidQueryError);
    assert.deepEqual([inner?.closed, cluster.closed, session.closed], [true, false, false]);
    await using another = await cluster.connect(keyspace);
    assert.equal(await count(another), ROWS);
  });

  it('should be one stream of several, in several sessions', async () => {
    await using second = await cluster.connect(keyspace);
    const streams = await Promise.all(
      [session, second, session].map((from) => from.executeStream(ALL, [], { fetchSize: 100 })),
    );
    await streams[0]?.cancel();
    const counts = await Promise.all(
      streams.slice(1).map(async (stream) => {
        let rows = 0;
        for await (const _row of stream) rows++;
        return rows;
      }),
    );
    assert.deepEqual(counts, [ROWS, ROWS]);
    assert.deepEqual([session.closed, second.closed], [false, false]);
  });

  it('should be ended from the inside out, one thing at a time', async () => {
    const outer = new AsyncCluster(suiteCluster());
    {
      await using middle = await outer.connect(keyspace);
      {
        await using stream = await middle.executeStream(ALL, [], { fetchSize: 100 });
        for await (const _row of stream) break;
      }
      assert.deepEqual([middle.state.openStreams, middle.closed, outer.closed], [0, false, false]);
    }
    assert.equal(outer.closed, false);
    await outer.close();
    assert.equal(outer.closed, true);
  });

  it('should leave alone what others do at the time', async () => {
    const others = Array.from({ length: 10 }, () => count(session));
    {
      await using stream = await session.executeStream(ALL, [], { fetchSize: 100 });
      for await (const _row of stream) break;
    }
    assert.deepEqual(
      await Promise.all(others),
      Array.from({ length: 10 }, () => ROWS),
    );
  });

  it('should be the stream alone, when it is cancelled from outside', async () => {
    const controller = new AbortController();
    const reading = async (): Promise<void> => {
      await using stream = await session.executeStream(ALL, [], { fetchSize: 10, signal: controller.signal });
      for await (const row of stream) if (row !== undefined) controller.abort(new Error('Enough'));
    };
    await assert.rejects(reading, { code: 'CASS_ERR_ABORTED' });
    assert.equal(session.state.openStreams, 0);
    assert.equal(await count(session), ROWS);
  });
});
