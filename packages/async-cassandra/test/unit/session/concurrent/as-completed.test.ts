import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AbortError, ConfigurationError, SessionClosedError } from '../../../../src/errors/index.ts';
import type { CompletedStatement } from '../../../../src/session/index.ts';
import { delayed, dynamic, error, held, t, voidResult } from '../../../support/index.ts';
import { rejection, SessionHarness } from '../../../support/session/session-harness.ts';

const INSERT = 'INSERT INTO ks.t (k) VALUES (?)';
const bind = { bind: { k: t.int } };

interface Watched extends Iterable<[number]> {
  pulled: number;
  returned: number;
}

function upTo(count: number, onPull: (i: number) => void = () => undefined): Watched {
  const source: Watched = {
    pulled: 0,
    returned: 0,
    [Symbol.iterator]: () => ({
      next: () => {
        if (source.pulled >= count) return { done: true, value: undefined };
        onPull(source.pulled);
        return { done: false, value: [source.pulled++] };
      },
      return: () => {
        source.returned++;
        return { done: true, value: undefined };
      },
    }),
  };
  return source;
}

async function all(outcomes: AsyncIterable<CompletedStatement>): Promise<CompletedStatement[]> {
  const taken: CompletedStatement[] = [];
  for await (const outcome of outcomes) taken.push(outcome);
  return taken;
}

function key(request: { readonly bound: Record<string, unknown> }): number {
  return request.bound['k'] as number;
}

describe('executeConcurrentAsCompleted', () => {
  it('should_give_each_outcome_once_in_the_order_in_which_they_come', async () => {
    await using h = await SessionHarness.start();
    const answer = dynamic((request) => (key(request) % 7 === 3 ? error('invalid') : voidResult()));
    h.servers.when(
      INSERT,
      delayed((request) => (key(request) === 0 ? 500 : (key(request) * 7) % 13), answer),
      bind,
    );
    const taken = await h.settle(all(h.session.executeConcurrentAsCompleted(INSERT, upTo(200), { concurrency: 20 })));
    assert.equal(taken.at(-1)?.index, 0);
    assert.deepEqual(
      taken.map(({ index }) => index).sort((a, b) => a - b),
      Array.from({ length: 200 }, (_, i) => i),
    );
    for (const { index, result, error: thrown } of taken) {
      assert.equal(thrown === undefined, index % 7 !== 3);
      assert.equal(result === undefined, index % 7 === 3);
    }
  });

  it('should_begin_when_asked_and_stay_no_further_ahead_of_its_reader_than_the_concurrency', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(INSERT, voidResult(), bind);
    const source = upTo(1_000);
    const outcomes = h.session.executeConcurrentAsCompleted(INSERT, source, { concurrency: 10 });
    await h.clock.advance(100);
    assert.equal(source.pulled, 0);
    for (let taken = 1; taken <= 30; taken++) {
      await h.settle(outcomes.next());
      await h.clock.advance(50);
      assert.equal(source.pulled, taken + 10);
      assert.equal(h.session.state.inFlight, 0);
    }
    await h.settle(outcomes[Symbol.asyncDispose]());
    assert.equal(source.returned, 1);
    assert.deepEqual(await outcomes.next(), { done: true, value: undefined });
  });

  it('should_await_what_is_under_way_when_it_is_left', async () => {
    for (const leave of ['break', 'throw', 'throw()'] as const) {
      await using h = await SessionHarness.start();
      h.servers.when(
        INSERT,
        delayed((request) => (key(request) === 0 ? 1 : 40), voidResult()),
        bind,
      );
      const source = upTo(1_000);
      const outcomes = h.session.executeConcurrentAsCompleted(INSERT, source, { concurrency: 10 });
      const work = (async (): Promise<void> => {
        if (leave === 'throw()') {
          await outcomes.next();
          await outcomes.throw?.(new Error('left'));
        }
        for await (const { index } of outcomes) {
          assert.equal(index, 0);
          if (leave === 'break') break;
          throw new Error('left');
        }
      })();
      if (leave === 'break') await h.settle(work);
      else assert.equal((await h.failure(work)).message, 'left');
      assert.ok(source.pulled <= 11, `${source.pulled}`);
      assert.equal(source.returned, 1);
      assert.equal(h.session.state.inFlight, 0);
      assert.equal(h.statements.length, source.pulled);
    }
  });

  it('should_report_all_that_was_begun_before_it_rejects', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(
      INSERT,
      delayed((request) => key(request), voidResult()),
      bind,
    );
    const source = upTo(100, (i) => {
      if (i === 30) throw new Error('source bug');
    });
    const outcomes = h.session.executeConcurrentAsCompleted(INSERT, source, { concurrency: 40 });
    const taken: number[] = [];
    const failure = await h.failure(
      (async () => {
        for await (const { index } of outcomes) taken.push(index);
      })(),
    );
    assert.equal(failure.message, 'source bug');
    assert.equal(taken.length, 30);
    assert.deepEqual(await outcomes.next(), { done: true, value: undefined });
  });

  it('should_give_what_a_signal_cuts_an_outcome_of_its_own', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(
      INSERT,
      dynamic((request) => (key(request) < 5 ? voidResult() : held(voidResult()))),
      bind,
    );
    const controller = new AbortController();
    const options = { concurrency: 8, signal: controller.signal };
    const outcomes = h.session.executeConcurrentAsCompleted(INSERT, upTo(100), options);
    const taken: CompletedStatement[] = [];
    const work = rejection(
      (async () => {
        for await (const outcome of outcomes) taken.push(outcome);
      })(),
    );
    await h.clock.advance(20);
    controller.abort('stop');
    const failure = await h.settle(work);
    assert.ok(failure instanceof AbortError);
    assert.equal(failure.cause, 'stop');
    assert.deepEqual(
      taken.map(({ index }) => index).sort((a, b) => a - b),
      Array.from({ length: 13 }, (_, i) => i),
    );
    for (const { index, error: thrown } of taken)
      if (index >= 5) assert.ok(thrown instanceof AbortError && thrown.outcome === 'unknown');
    assert.equal(h.session.state.inFlight, 0);
  });

  it('should_serve_several_readers_at_once', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(INSERT, voidResult(), bind);
    const outcomes = h.session.executeConcurrentAsCompleted(INSERT, upTo(50), { concurrency: 4 });
    const readers = Array.from({ length: 5 }, () =>
      all({ [Symbol.asyncIterator]: () => ({ next: () => outcomes.next() }) }),
    );
    const taken = (await h.settle(Promise.all(readers))).flat();
    assert.deepEqual(
      taken.map(({ index }) => index).sort((a, b) => a - b),
      Array.from({ length: 50 }, (_, i) => i),
    );
  });

  it('should_end_with_the_session', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(INSERT, voidResult(), bind);
    const statement = await h.settle(h.session.prepare(INSERT));
    const never: AsyncIterable<[number]> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
    };
    const waiting = rejection(h.session.executeConcurrentAsCompleted(statement, never).next());
    const counted = rejection(h.session.executeConcurrent(statement, never));
    const idle = h.session.executeConcurrentAsCompleted(statement, upTo(100), { concurrency: 2 });
    await h.settle(idle.next());
    await h.settle(h.session.close());
    for (const failure of [waiting, counted]) assert.ok((await h.settle(failure)) instanceof SessionClosedError);
    assert.equal((await h.settle(idle.next())).done, false);
    assert.ok((await h.failure(all(idle))) instanceof SessionClosedError);
  });

  it('should_touch_no_signal_while_only_its_reader_is_awaited', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(INSERT, voidResult(), bind);
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>): void => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>): void => {
      listeners--;
      remove(...args);
    };
    const outcomes = h.session.executeConcurrentAsCompleted(INSERT, upTo(100), { concurrency: 4, signal });
    await h.settle(outcomes.next());
    await h.clock.advance(100);
    assert.equal(listeners, 0);
    controller.abort('stop');
    const failure = await h.failure(all(outcomes));
    assert.ok(failure instanceof AbortError);
  });

  it('should_refuse_what_does_not_fit_at_once', async () => {
    await using h = await SessionHarness.start();
    for (const options of [{ collectResults: true }, { raiseOnFirstError: false }, { concurrency: { max: 0 } }])
      assert.throws(() => h.session.executeConcurrentAsCompleted(INSERT, [], options), ConfigurationError);
    assert.throws(() => h.session.executeConcurrentAsCompleted(INSERT, 5 as never), ConfigurationError);
    const unused = h.session.executeConcurrentAsCompleted(INSERT, upTo(5));
    await unused[Symbol.asyncDispose]();
    assert.deepEqual(await unused.next(), { done: true, value: undefined });
    assert.equal(h.prepares(), 0);
  });
});
