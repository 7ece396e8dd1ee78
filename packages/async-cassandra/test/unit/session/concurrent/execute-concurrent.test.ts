import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AbortError, ConfigurationError, SessionClosedError } from '../../../../src/errors/index.ts';
import { delayed, dynamic, error, held, rows, t, voidResult } from '../../../support/index.ts';
import { rejection, SessionHarness } from '../../../support/session/session-harness.ts';

const INSERT = 'INSERT INTO ks.t (k) VALUES (?)';
const bind = { bind: { k: t.int } };

function* upTo(count: number): Generator<[number], void> {
  for (let i = 0; i < count; i++) yield [i];
}

async function* slowly(h: SessionHarness, count: number): AsyncGenerator<[number], void> {
  for (let i = 0; i < count; i++) {
    if (i % 10 === 0) await new Promise<void>((resolve) => h.clock.setTimeout(resolve, 3));
    yield [i];
  }
}

function key(request: { readonly bound: Record<string, unknown> }): number {
  return request.bound['k'] as number;
}

describe('executeConcurrent', () => {
  test('should execute each set of parameters once, no more at a time than asked for', async () => {
    await using h = await SessionHarness.start();
    let most = 0;
    h.servers.when(
      INSERT,
      delayed((request) => (key(request) * 7) % 13, voidResult()),
      bind,
    );
    const watch = (): void => {
      most = Math.max(most, h.session.state.inFlight);
    };
    const timer = (): void => {
      watch();
      if (!h.session.isClosing) h.clock.setTimeout(timer, 1).unref?.();
    };
    timer();
    const result = await h.settle(h.session.executeConcurrent(INSERT, upTo(3000), { concurrency: 50 }));
    assert.deepEqual(result, { total: 3000, succeeded: 3000, failed: 0, errors: [] });
    assert.equal(most, 50);
    assert.equal(h.prepares(), 1);
    assert.deepEqual(
      h.statements.map(key).sort((a, b) => a - b),
      Array.from({ length: 3000 }, (_, i) => i),
    );
  });

  test('should give results in the order of the parameters', async () => {
    await using h = await SessionHarness.start();
    const cql = 'SELECT k FROM ks.t WHERE k = ?';
    const reply = delayed(
      (request) => (key(request) * 31) % 17,
      dynamic((request) => rows({ k: t.int }, [[key(request)]]), rows({ k: t.int }).columns),
    );
    h.servers.when(cql, reply, bind);
    const statement = await h.settle(h.session.prepare(cql));
    for (const params of [upTo(500), slowly(h, 500)]) {
      const { results } = await h.settle(
        h.session.executeConcurrent(statement, params, { concurrency: 20, collectResults: true }),
      );
      assert.deepEqual(
        results?.map((result) => result?.one()?.['k']),
        Array.from({ length: 500 }, (_, i) => i),
      );
    }
  });

  test('should stop at the first error, tell the source, and let what is under way finish', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(
      INSERT,
      delayed(
        10,
        dynamic((request) => (key(request) === 25 ? error('invalid') : voidResult())),
      ),
      bind,
    );
    let returned = 0;
    let pulled = 0;
    const source: Iterable<[number]> = {
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: [pulled++] }),
        return: () => {
          returned++;
          throw new Error('must not hide the first error');
        },
      }),
    };
    const failure = await h.failure(h.session.executeConcurrent(INSERT, source, { concurrency: 10 }));
    assert.equal(failure.name, 'InvalidQueryError');
    assert.equal(returned, 1);
    assert.ok(pulled <= 45);
    assert.equal(h.session.state.inFlight, 0);
  });

  test('should count errors and go on, and keep the first hundred', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(
      INSERT,
      delayed(
        (request) => key(request) % 5,
        dynamic((request) => (key(request) % 2 === 0 ? error('invalid') : voidResult())),
      ),
      bind,
    );
    const progress: unknown[] = [];
    const options = {
      concurrency: 16,
      raiseOnFirstError: false,
      collectResults: true,
      onProgress: (at: unknown) => progress.push(at),
    };
    const result = await h.settle(h.session.executeConcurrent(INSERT, upTo(2500), options));
    assert.equal(result.total, 2500);
    assert.equal(result.succeeded, 1250);
    assert.equal(result.failed, 1250);
    assert.equal(result.errors.length, 100);
    assert.ok(
      result.errors.every(
        ({ index }, at) => index % 2 === 0 && (at === 0 || index > (result.errors[at - 1]?.index ?? 0)),
      ),
    );
    assert.equal(result.results?.length, 2500);
    assert.equal(result.results[0], undefined);
    assert.notEqual(result.results[1], undefined);
    assert.equal(progress.length, 3);
    assert.deepEqual(progress.at(-1), { total: 2500, succeeded: 1250, failed: 1250, concurrency: 16 });
  });

  test('should end with the signal, also while it waits for parameters', async () => {
    for (const raiseOnFirstError of [true, false]) {
      await using h = await SessionHarness.start();
      h.servers.when(INSERT, held(voidResult()), bind);
      const controller = new AbortController();
      const options = { concurrency: 4, signal: controller.signal, raiseOnFirstError };
      const running = rejection(h.session.executeConcurrent(INSERT, upTo(100), options));
      await h.clock.advance(20);
      controller.abort('stop');
      const failure = await h.settle(running);
      assert.ok(failure instanceof AbortError);
      assert.equal(failure.cause, 'stop');
      assert.equal(h.session.state.inFlight, 0);

      let returned = false;
      const never: AsyncIterable<[number]> = {
        [Symbol.asyncIterator]: () => ({
          next: () => new Promise(() => undefined),
          return: () => {
            returned = true;
            return Promise.resolve({ done: true, value: undefined });
          },
        }),
      };
      const waiting = new AbortController();
      const stuck = rejection(h.session.executeConcurrent(INSERT, never, { ...options, signal: waiting.signal }));
      await h.clock.advance(20);
      waiting.abort('stop');
      assert.ok((await h.settle(stuck)) instanceof AbortError);
      assert.ok(returned);
    }
  });

  test('should pull an async source one item at a time', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(INSERT, voidResult(), bind);
    let pulling = 0;
    let at = 0;
    const source: AsyncIterable<[number]> = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          assert.equal(++pulling, 1);
          await new Promise<void>((resolve) => h.clock.setTimeout(resolve, 1));
          pulling--;
          return at < 50 ? { done: false, value: [at++] as [number] } : { done: true, value: undefined };
        },
      }),
    };
    const result = await h.settle(h.session.executeConcurrent(INSERT, source, { concurrency: 8 }));
    assert.equal(result.succeeded, 50);
  });

  test('should fail when the source does, or the session closes', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(INSERT, delayed(5, voidResult()), bind);
    const broken = (function* (): Generator<[number]> {
      yield [1];
      throw new Error('source bug');
    })();
    assert.equal(
      (await h.failure(h.session.executeConcurrent(INSERT, broken, { raiseOnFirstError: false }))).message,
      'source bug',
    );
    const forever = (function* (): Generator<[number]> {
      for (;;) yield [1];
    })();
    const running = rejection(
      h.session.executeConcurrent(INSERT, forever, { raiseOnFirstError: false, concurrency: 4 }),
    );
    await h.clock.advance(50);
    await h.settle(h.session.close());
    assert.ok((await h.settle(running)) instanceof SessionClosedError);
  });

  test('should refuse options and parameters that do not fit', async () => {
    await using h = await SessionHarness.start();
    const wrong: readonly object[] = [
      { concurrency: 0 },
      { concurrency: 1.5 },
      { concurrency: 'many' },
      { collectResults: 'yes' },
      { raiseOnFirstError: 1 },
      { onProgress: 5 },
      { signal: {} },
      { requestOptions: 5 },
      { requestOptions: { consistency: 'X' } },
      { concurency: 5 },
    ];
    for (const options of wrong)
      assert.ok(
        (await h.failure(h.session.executeConcurrent(INSERT, upTo(3), options))) instanceof ConfigurationError,
        JSON.stringify(options),
      );
    for (const params of [null, undefined, 5, {}])
      assert.ok((await h.failure(h.session.executeConcurrent(INSERT, params as never))) instanceof ConfigurationError);
  });

  test('should take no parameters at all', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(INSERT, voidResult(), bind);
    assert.deepEqual(await h.settle(h.session.executeConcurrent(INSERT, [])), {
      total: 0,
      succeeded: 0,
      failed: 0,
      errors: [],
    });
  });
});
