import assert from 'node:assert/strict';
import { it } from 'node:test';
import { AbortError, BatchStatement, TimeoutError } from 'async-cassandra';
import { cut, delay, eventually } from '../support/index.ts';
import { describeOnEveryPair } from './support/every-pair.ts';
import { openThroughProxy } from './support/through-proxy.ts';

const SCHEMA = ['CREATE TABLE slow (id text PRIMARY KEY, n int)'];
const INSERT = 'INSERT INTO slow (id, n) VALUES (?, ?)';
const SELECT = 'SELECT n FROM slow WHERE id = ?';

describeOnEveryPair('Deadlines and abort signals', SCHEMA, (context) => {
  it('should free the caller in time, and go on using the connection', async () => {
    await using proxied = await openThroughProxy(context);
    const { session, proxy } = proxied;
    const [insert, select] = [await session.prepare(INSERT), await session.prepare(SELECT)];
    const key = context.key();
    await session.execute(insert, [key, 1]);
    const connections = proxy.connectionsAccepted;
    const rule = proxy.when({ direction: 'toClient', opcode: 'RESULT' }, delay(400));
    const startedAt = performance.now();
    const late = [
      session.execute(insert, [key, 2], { timeoutMs: 100 }),
      session.execute(select, [key], { timeoutMs: 100 }),
      session.execute(`SELECT n FROM slow WHERE id = '${key}'`, undefined, { timeoutMs: 100 }),
      session.executeBatch(new BatchStatement().add(insert, [key, 2]), { timeoutMs: 100 }),
    ];
    const outcomes = ['unknown', 'rejected', 'rejected', 'unknown'];
    for (const [index, work] of late.entries()) {
      await assert.rejects(work, (error: unknown) => {
        assert.ok(error instanceof TimeoutError, String(error));
        assert.equal(error.outcome, outcomes[index]);
        assert.equal(error.timeoutMs, 100);
        return true;
      });
    }
    const elapsed = performance.now() - startedAt;
    assert.ok(elapsed >= 99 && elapsed < 350, `${elapsed} ms`);
    rule.remove();
    // The late answers come now, for nobody, and are not taken for those of other requests.
    const rows = await Promise.all(Array.from({ length: 100 }, () => session.execute(select, [key])));
    for (const row of rows) assert.deepEqual(row.one(), { n: 2 });
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.deepEqual((await session.execute(select, [key])).one(), { n: 2 });
    assert.equal(proxy.connectionsAccepted, connections);
    assert.equal(session.state.inFlight, 0);
  });

  it('should never be early, and never be crossed, with a deadline of one millisecond', async () => {
    const { session } = context;
    const select = await session.prepare(SELECT);
    const keys = Array.from({ length: 20 }, () => context.key());
    await Promise.all(keys.map((key, n) => session.execute(INSERT, [key, n])));
    let [answered, late] = [0, 0];
    for (let round = 0; round < 10; round++) {
      await Promise.all(
        keys.map(async (key, n) => {
          try {
            const result = await session.execute(select, [key], { timeoutMs: 1 });
            assert.deepEqual(result.one(), { n });
            answered++;
          } catch (error) {
            assert.ok(error instanceof TimeoutError, String(error));
            late++;
          }
        }),
      );
    }
    assert.equal(answered + late, 200);
    await eventually(() => session.state.inFlight === 0);
    for (const [n, key] of keys.entries()) assert.deepEqual((await session.execute(select, [key])).one(), { n });
  });

  it('should not send what was aborted before, or in the same turn', async () => {
    await using proxied = await openThroughProxy(context);
    const { session, proxy } = proxied;
    const insert = await session.prepare(INSERT);
    const key = context.key();
    const before = proxy.count('toServer', 'EXECUTE');
    const reason = new Error('no longer wanted');
    const controller = new AbortController();
    const aborted = [
      session.execute(insert, [key, 1], { signal: AbortSignal.abort(reason) }),
      session.execute(insert, [key, 2], { signal: controller.signal }),
      session.execute(insert, [key, 3], { signal: controller.signal }),
    ];
    controller.abort(reason);
    for (const work of aborted) {
      await assert.rejects(work, (error: unknown) => {
        assert.ok(error instanceof AbortError);
        assert.equal(error.outcome, 'notSent');
        assert.equal(error.cause, reason);
        return true;
      });
    }
    await session.execute('SELECT key FROM system.local');
    assert.equal(proxy.count('toServer', 'EXECUTE') - before, 0);
    assert.equal((await context.session.execute(SELECT, [key])).one(), null);
  });

  it('should send what goes with the aborted ones, whole', async () => {
    const { session } = context;
    const insert = await session.prepare(INSERT);
    const keys = Array.from({ length: 60 }, () => context.key());
    const controller = new AbortController();
    const work = keys.map((key, n) =>
      session.execute(insert, [key, n], n % 3 === 0 ? { signal: controller.signal } : undefined),
    );
    controller.abort();
    const settled = await Promise.allSettled(work);
    for (const [n, { status }] of settled.entries()) assert.equal(status, n % 3 === 0 ? 'rejected' : 'fulfilled');
    for (const [n, key] of keys.entries()) {
      assert.deepEqual((await session.execute(SELECT, [key])).one(), n % 3 === 0 ? null : { n });
    }
  });

  it('should free the caller when its signal fires after the request was sent', async () => {
    await using proxied = await openThroughProxy(context);
    const { session, proxy } = proxied;
    const insert = await session.prepare(INSERT);
    const select = await session.prepare(SELECT);
    const key = context.key();
    const rule = proxy.when({ direction: 'toClient', opcode: 'RESULT' }, delay(300));
    const controller = new AbortController();
    const before = proxy.count('toServer', 'EXECUTE');
    const write = session.execute(insert, [key, 1], { signal: controller.signal });
    const read = session.execute(select, [key], { signal: controller.signal });
    await eventually(() => proxy.count('toServer', 'EXECUTE') - before === 2);
    const startedAt = performance.now();
    controller.abort('enough');
    await assert.rejects(write, (error: unknown) => {
      assert.ok(error instanceof AbortError);
      assert.equal(error.outcome, 'unknown');
      assert.equal(error.cause, 'enough');
      return true;
    });
    await assert.rejects(read, { outcome: 'rejected' });
    assert.ok(performance.now() - startedAt < 100);
    rule.remove();
    assert.deepEqual((await session.execute(select, [key])).one(), { n: 1 });
  });

  it('should take one signal for very many requests', async () => {
    const { session } = context;
    const controller = new AbortController();
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    const select = await session.prepare(SELECT);
    const results = await Promise.all(
      Array.from({ length: 500 }, () => session.execute(select, ['nobody'], { signal: controller.signal })),
    );
    await new Promise(setImmediate);
    process.off('warning', note);
    assert.equal(results.length, 500);
    assert.deepEqual(warnings, []);
    controller.abort();
  });

  it('should not send again what may have been applied when its connection broke', async () => {
    await using proxied = await openThroughProxy(context, { reconnectionPolicy: { schedule: repeat(50) } });
    const { session, proxy } = proxied;
    const insert = await session.prepare(INSERT);
    const key = context.key();
    proxy.when({ opcode: 'EXECUTE', nth: 1 }, cut('reset', { after: true }));
    await assert.rejects(session.execute(insert, [key, 1]), { name: 'ConnectionError', outcome: 'unknown' });
    await eventually(() => session.state.openConnections === 1, 5_000);
    await eventually(async () => (await context.session.execute(SELECT, [key])).one() !== null, 5_000);
    assert.equal(proxy.count('toServer', 'EXECUTE'), 1);
    await session.execute(insert, [key, 2]);
    assert.deepEqual((await session.execute(SELECT, [key])).one(), { n: 2 });
  });
});

function repeat(ms: number): () => Iterator<number> {
  return function* () {
    for (;;) yield ms;
  };
}
