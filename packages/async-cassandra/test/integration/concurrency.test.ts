import assert from 'node:assert/strict';
import { it } from 'node:test';
import { AbortError, InvalidValueError, QueueFullError } from 'async-cassandra';
import { describeOnEveryPair } from './support/every-pair.ts';

const SCHEMA = ['CREATE TABLE many (id text, n int, label text, PRIMARY KEY (id, n))'];
const INSERT = 'INSERT INTO many (id, n, label) VALUES (?, ?, ?)';
const SELECT = 'SELECT n, label FROM many WHERE id = ? AND n = ?';
const COUNT = 10_000;
const MEBIBYTE = 2 ** 20;

describeOnEveryPair('Many requests at once', SCHEMA, (context) => {
  it(`should execute ${COUNT} at once by default: none lost, none failed, none crossed`, async (test) => {
    const { session } = context;
    const key = context.key();
    const before = process.memoryUsage().rss;
    let peak = 0;
    const sampler = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5);
    const startedAt = performance.now();
    try {
      const insert = await session.prepare(INSERT);
      await Promise.all(Array.from({ length: COUNT }, (_, n) => session.execute(insert, [key, n, `label of ${n}`])));
      const written = performance.now();
      const reads = Array.from({ length: COUNT }, (_, n) => session.execute(SELECT, [key, n]));
      assert.ok(session.state.activeOperations >= COUNT);
      const results = await Promise.all(reads);
      for (const [n, result] of results.entries())
        assert.deepEqual(result.currentRows, [{ n, label: `label of ${n}` }]);
      peak = Math.max(peak, process.memoryUsage().rss);
      const grown = (peak - before) / MEBIBYTE;
      const rates = [written - startedAt, performance.now() - written].map((ms) => Math.round((COUNT / ms) * 1_000));
      test.diagnostic(`${rates.join(' writes/s, ')} reads/s, resident memory grew by ${grown.toFixed(0)} MiB`);
      assert.ok(grown < 256, `${grown} MiB`);
    } finally {
      clearInterval(sampler);
    }
    assert.equal(session.state.activeOperations, 0);
    assert.equal(session.state.queued, 0);
    assert.equal(session.state.openConnections, 1);
  });

  it('should not cross kinds of requests that are mixed', async () => {
    const { session } = context;
    const key = context.key();
    await Promise.all(
      Array.from({ length: 1_500 }, async (_, n) => {
        const label = 'x'.repeat(n) + n;
        switch (n % 3) {
          case 0:
            await session.execute(INSERT, [key, n, label]);
            assert.deepEqual((await session.execute(SELECT, [key, n])).one(), { n, label });
            break;
          case 1: {
            const text = `SELECT n, label FROM many WHERE id = '${key}' AND n = ${-n}`;
            assert.equal((await session.execute(text)).one(), null);
            break;
          }
          default: {
            const result = await session.execute(`SELECT key, (int) ${n} AS same FROM system.local`);
            assert.equal(result.one()?.['same'], n);
          }
        }
      }),
    );
  });

  it('should queue what is above its limits, and refuse what the queue does not hold', async () => {
    const session = await context.anotherSession({ limits: { maxInFlight: 10, maxQueued: 50 } });
    await session.prepare(SELECT);
    const work = Array.from({ length: 100 }, (_, n) => session.execute(SELECT, ['nobody', n]));
    assert.equal(session.state.inFlight, 10);
    assert.equal(session.state.queued, 50);
    const settled = await Promise.allSettled(work);
    const refused = settled.filter((each) => each.status === 'rejected');
    assert.equal(refused.length, 40);
    for (const { reason } of refused) {
      assert.ok(reason instanceof QueueFullError, String(reason));
      assert.equal(reason.limit, 'limits.maxQueued');
      assert.equal(reason.outcome, 'notSent');
    }
  });

  it('should execute a statement for each of many parameters, so many at a time', async () => {
    const { session } = context;
    const key = context.key();
    const insert = await session.prepare(INSERT);
    let most = 0;
    const params = function* (): Generator<unknown[]> {
      for (let n = 0; n < 2_500; n++) {
        most = Math.max(most, session.state.activeOperations);
        yield [key, n, `${n}`];
      }
    };
    const progress: number[] = [];
    const done = await session.executeConcurrent(insert, params(), {
      concurrency: 32,
      onProgress: ({ succeeded }) => void progress.push(succeeded),
    });
    assert.deepEqual(done, { total: 2_500, succeeded: 2_500, failed: 0, errors: [] });
    assert.ok(most <= 32, `${most} at a time`);
    // After each thousand, at the end, and whenever a second has passed.
    assert.deepEqual(
      progress,
      [...progress].sort((a, b) => a - b),
    );
    assert.equal(progress.at(-1), 2_500);
    const read = await session.executeConcurrent(
      SELECT,
      Array.from({ length: 100 }, (_, n) => ({ id: key, n })),
      { collectResults: true },
    );
    assert.deepEqual(
      read.results?.map((result) => result?.one()?.['n']),
      Array.from({ length: 100 }, (_, n) => n),
    );
  });

  it('should collect errors by index, or end with the first', async () => {
    const { session } = context;
    const key = context.key();
    const params = async function* (): AsyncGenerator<unknown[]> {
      for (let n = 0; n < 300; n++) yield [key, n % 2 === 0 ? n : 'odd', ''];
    };
    const done = await session.executeConcurrent(INSERT, params(), { raiseOnFirstError: false, concurrency: 8 });
    assert.deepEqual([done.total, done.succeeded, done.failed, done.errors.length], [300, 150, 150, 100]);
    for (const { index, error } of done.errors) {
      assert.equal(index % 2, 1);
      assert.ok(error instanceof InvalidValueError);
    }
    await assert.rejects(session.executeConcurrent(INSERT, params()), InvalidValueError);
    assert.equal(session.activeOperations, 0);
  });

  it('should end executeConcurrent by a signal', async () => {
    const { session } = context;
    const key = context.key();
    const controller = new AbortController();
    let taken = 0;
    const endless = function* (): Generator<unknown[]> {
      for (;;) {
        if (++taken === 200) controller.abort();
        yield [key, taken, ''];
      }
    };
    const work = session.executeConcurrent(INSERT, endless(), { concurrency: 16, signal: controller.signal });
    await assert.rejects(work, AbortError);
    assert.ok(taken < 300, `${taken}`);
  });
});
