import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BatchStatement } from '../../../src/session/index.ts';
import { byDefault, delayed, rows, t, voidResult } from '../../support/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

const INSERT = 'INSERT INTO ks.t (k, v) VALUES (?, ?)';
const columns = { k: t.int, v: t.list(t.int) };

describe('what requests share', () => {
  test('should hold when more statements are prepared at once than the cache remembers', async () => {
    await using h = await SessionHarness.start({ cluster: { limits: { preparedStatements: 2 } } });
    const texts = Array.from({ length: 10 }, (_, i) => `SELECT k FROM ks.t${i} WHERE k = ?`);
    for (const [i, text] of texts.entries())
      h.servers.when(text, delayed(3, rows({ k: t.int }, [[i]])), { bind: { k: t.int } });
    h.servers.when({ opcode: 'PREPARE' }, delayed(5, byDefault()), { bind: { k: t.int } });
    for (let round = 0; round < 3; round++) {
      const results = texts.flatMap((text, i) =>
        [1, 2].map(async (k) => assert.equal((await h.session.execute(text, [k])).one()?.['k'], i)),
      );
      await h.clock.advance(4);
      h.node().forgetPrepared();
      await h.settle(Promise.all(results));
      assert.ok(h.session.state.preparedStatements <= 2);
    }
  });

  test('should be what the caller gave, whatever he does to it while it is prepared, queued or being sent', async () => {
    await using h = await SessionHarness.start({ cluster: { limits: { maxInFlight: 2 } } });
    h.servers.when(INSERT, delayed(10, voidResult()), { bind: columns });
    h.servers.when({ opcode: 'PREPARE' }, delayed(10, byDefault()), { bind: columns });
    const batch = new BatchStatement('unlogged').add(INSERT, [100, [100]]);
    const all: Promise<unknown>[] = [h.session.executeBatch(batch)];
    batch.add(INSERT, [101, [101]]);
    for (let k = 0; k < 20; k++) {
      const params: unknown[] = [k, [k]];
      all.push(h.session.execute(INSERT, params));
      params[0] = -1;
      params.length = 1;
      if (k % 5 === 0) await h.clock.advance(7);
    }
    await h.settle(Promise.all(all));
    const executed = h
      .node()
      .log.of(INSERT)
      .filter(({ opcodeName }) => opcodeName === 'EXECUTE');
    assert.deepEqual(
      executed.map(({ bound }) => bound?.['k']).sort((a, b) => Number(a) - Number(b)),
      Array.from({ length: 20 }, (_, k) => k),
    );
    const [sent] = h.node().log.ofOpcode('BATCH');
    assert.equal(sent?.batch?.members.length, 1);
  });

  test('should let a class be registered while results are on their way', async () => {
    await using h = await SessionHarness.start();
    const point = t.udt('ks', 'point', { x: t.int });
    h.servers.when('SELECT p FROM ks.t WHERE k = ?', delayed(10, rows({ p: point }, [[[7]]])), { bind: { k: t.int } });
    class Point {
      readonly x: unknown;
      constructor(fields: Readonly<Record<string, unknown>>) {
        this.x = fields['x'];
      }
    }
    const read = async (): Promise<unknown> =>
      (await h.session.execute('SELECT p FROM ks.t WHERE k = ?', [1])).one()?.['p'];
    assert.deepEqual(await h.settle(read()), { x: 7 });
    const underWay = read();
    await h.clock.advance(5);
    h.cluster.registerUserType('ks', 'point', Point);
    const later = read();
    assert.equal(((await h.settle(underWay)) as Point).x, 7);
    const found = await h.settle(later);
    assert.ok(found instanceof Point);
    assert.equal(found.x, 7);
  });
});
