import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StreamBusyError, TimeoutError } from '../../../src/errors/index.ts';
import type { Row } from '../../../src/codecs/index.ts';
import { byDefault, delayed, generatedRows, pages, error as errorReply, sequence, t } from '../../support/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

const CQL = 'SELECT k FROM ks.t';
const columns = { k: t.int };
const withGaps = pages(columns, [[], [], [[1], [2]], [], [], [], [[3]], []]);

async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}

for (const version of [4, 5]) {
  describe(`pages of a result, protocol v${version}`, () => {
    test('should resolve with the first page that has a row when earlier ones are empty', async () => {
      await using h = await SessionHarness.start({ versions: [version] });
      h.servers.when(CQL, withGaps);
      const result = await h.settle(h.session.execute(CQL));
      assert.deepEqual(result.currentRows, [{ k: 1 }, { k: 2 }]);
      assert.deepEqual(result.one(), { k: 1 });
      assert.deepEqual(result.first(), { k: 1 });
      assert.equal(result.hasMorePages, true);
      assert.equal(h.statements.length, 3);
    });

    test('should resolve with an empty result when all pages are empty', async () => {
      await using h = await SessionHarness.start({ versions: [version] });
      h.servers.when(CQL, pages(columns, [[], [], [], []]));
      const result = await h.settle(h.session.execute(CQL));
      assert.equal(result.one(), null);
      assert.equal(result.hasMorePages, false);
      assert.equal(result.pagingState, null);
      assert.equal(h.statements.length, 4);
    });

    test('should give every row of pages between empty ones in every way of reading', async () => {
      await using h = await SessionHarness.start({ versions: [version] });
      h.servers.when(CQL, withGaps);
      const expected = [{ k: 1 }, { k: 2 }, { k: 3 }];
      const { session } = h;
      assert.deepEqual(await h.settle((await h.settle(session.execute(CQL))).all()), expected);
      assert.deepEqual(await h.settle(collect(await h.settle(session.execute(CQL)))), expected);
      assert.deepEqual(await h.settle(collect(await h.settle(session.executeStream(CQL)))), expected);
      const stream = await h.settle(session.executeStream(CQL));
      assert.deepEqual(await h.settle(collect(stream.pages())), [[{ k: 1 }, { k: 2 }], [{ k: 3 }]]);
      assert.equal(stream.pageNumber, 8);
      assert.equal(stream.totalRowsFetched, 3);
      assert.equal(session.state.openStreams, 0);
    });

    test('should fetch exactly one page, empty or not, when a paging state is given', async () => {
      await using h = await SessionHarness.start({ versions: [version] });
      h.servers.when(CQL, withGaps);
      const result = await h.settle(h.session.execute(CQL, undefined, { pagingState: Buffer.from('page:3') }));
      assert.deepEqual(result.currentRows, []);
      assert.equal(result.pagingState?.toString(), 'page:4');
      assert.equal(h.statements.length, 1);
    });
  });
}

test('should spend one deadline on all the empty pages before the first row', async () => {
  await using h = await SessionHarness.start();
  h.servers.when(CQL, delayed(400, withGaps));
  const started = h.clock.now();
  const error = await h.failure(h.session.execute(CQL, undefined, { timeoutMs: 1000 }));
  assert.ok(error instanceof TimeoutError);
  assert.equal(error.outcome, 'rejected');
  assert.ok(h.clock.now() - started <= 1020, `took ${h.clock.now() - started} ms`);
});

test('should give each further page a timeout of its own', async () => {
  await using h = await SessionHarness.start();
  h.servers.when(CQL, delayed(400, pages(columns, [[[1]], [[2]], [[3]], [[4]]])));
  const result = await h.settle(h.session.execute(CQL, undefined, { timeoutMs: 500 }));
  assert.equal((await h.settle(result.all())).length, 4);
});

test('should give further pages the whole timeout when the first one was spent on preparing', async () => {
  await using h = await SessionHarness.start();
  const cql = 'SELECT k FROM ks.t WHERE p = ?';
  const bind = { p: t.int };
  h.servers.when(cql, delayed(250, pages(columns, [[[1]], [[2]]])), { bind });
  h.servers.when({ opcode: 'PREPARE', cql }, delayed(200, byDefault()), { bind });
  const result = await h.settle(h.session.execute(cql, [1], { timeoutMs: 470 }));
  assert.equal((await h.settle(result.all())).length, 2);
});

test('should retry a page of an iteration without losing or repeating rows', async () => {
  await using h = await SessionHarness.start({ nodes: 3 });
  h.servers.when(
    CQL,
    generatedRows(columns, 100, (i) => [i]),
  );
  h.servers.when({ cql: CQL, nth: (n) => n % 3 === 0 }, errorReply('overloaded'));
  const result = await h.settle(h.session.execute(CQL, undefined, { fetchSize: 7 }));
  const rows: Row[] = await h.settle(result.all());
  assert.deepEqual(
    rows.map((row) => row['k']),
    Array.from({ length: 100 }, (_, i) => i),
  );
});

test('should read a result in one single pass', async () => {
  await using h = await SessionHarness.start();
  h.servers.when(CQL, pages(columns, [[[1]], [[2]]]));
  const result = await h.settle(h.session.execute(CQL));
  const iterator = result[Symbol.asyncIterator]();
  await h.settle(iterator.next());
  assert.throws(() => result[Symbol.asyncIterator](), StreamBusyError);
  await assert.rejects(result.all(), StreamBusyError);
  assert.deepEqual((await h.settle(iterator.next())).value, { k: 2 });
  assert.equal((await h.settle(iterator.next())).done, true);
});

test('should end an iteration that the consumer breaks off, and fetch nothing more', async () => {
  await using h = await SessionHarness.start();
  h.servers.when(CQL, pages(columns, [[[1]], [[2]], [[3]]]));
  const result = await h.settle(h.session.execute(CQL));
  for await (const row of result) {
    assert.deepEqual(row, { k: 1 });
    break;
  }
  await h.clock.advance(1000);
  assert.equal(h.statements.length, 1);
});

test('should fail an iteration with the error of a page', async () => {
  await using h = await SessionHarness.start();
  h.servers.when(CQL, sequence(pages(columns, [[[1]], [[2]]]), errorReply('invalid')));
  const result = await h.settle(h.session.execute(CQL));
  const error = await h.failure(collect(result));
  assert.equal(error.name, 'InvalidQueryError');
});

test('should yield to others while a large page is decoded', async () => {
  await using h = await SessionHarness.start();
  const text = 'x'.repeat(10_000);
  h.servers.when(CQL, pages({ k: t.int, v: t.text }, [Array.from({ length: 200 }, (_, i) => [i, text])]));
  let turns = 0;
  let isDone = false;
  const turn = (): void => {
    turns++;
    if (!isDone) h.clock.setImmediate(turn);
  };
  const pending = h.session.execute(CQL);
  const stream = await h.settle(h.session.executeStream(CQL));
  h.clock.setImmediate(turn);
  const page = stream.pages().next();
  const result = await h.settle(pending);
  assert.equal(result.currentRows.length, 200);
  assert.equal(((await h.settle(page)).value as Row[]).length, 200);
  isDone = true;
  assert.ok(turns >= 7, `${turns} turns`);
});
