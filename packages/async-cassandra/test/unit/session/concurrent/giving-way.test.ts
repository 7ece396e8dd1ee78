import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AbortError, InvalidValueError, OverloadedError } from '../../../../src/errors/index.ts';
import { FallthroughRetryPolicy } from '../../../../src/policies/index.ts';
import type { ConcurrentProgress } from '../../../../src/session/index.ts';
import { delayed, dynamic, error, held, t, voidResult } from '../../../support/index.ts';
import { rejection, SessionHarness } from '../../../support/session/session-harness.ts';

const INSERT = 'INSERT INTO ks.t (k) VALUES (?)';
const bind = { bind: { k: t.int } };
const retryPolicy = new FallthroughRetryPolicy();

function* upTo(count: number): Generator<[number], void> {
  for (let i = 0; i < count; i++) yield [i];
}

describe('executeConcurrent beside a server in trouble', () => {
  for (const concurrency of [64, { max: 64 }] as const)
    it(`should_slow_down_when_refused_and_lose_nothing: ${JSON.stringify(concurrency)}`, async () => {
      await using h = await SessionHarness.start({ cluster: { retryPolicy } });
      let isRefusing = false;
      const refused = new Set<number>();
      const arrivals: number[] = [];
      h.servers.when(
        INSERT,
        delayed(
          2,
          dynamic((request) => {
            arrivals.push(h.clock.now());
            if (!isRefusing) return voidResult();
            refused.add(request.bound['k'] as number);
            return error('overloaded');
          }),
        ),
        bind,
      );
      const seen: ConcurrentProgress[] = [];
      const running = h.session.executeConcurrent(INSERT, upTo(30_000), {
        concurrency,
        raiseOnFirstError: false,
        onProgress: (progress) => seen.push(progress),
      });
      await h.clock.runUntil(() => arrivals.length > 5_000);
      const from = h.clock.now();
      isRefusing = true;
      await h.clock.advance(20_000);
      const during = arrivals.filter((at) => at > from + 10_000).length;
      assert.ok(during < 25, `${during} in 10 s while everything is refused`);
      isRefusing = false;
      const result = await h.settle(running);
      assert.equal(result.total, 30_000);
      assert.equal(result.failed, refused.size);
      assert.equal(result.succeeded, 30_000 - refused.size);
      assert.equal(arrivals.length, 30_000);
      assert.ok(refused.size < 1_000, `${refused.size} were refused`);
      for (const { index, error: thrown } of result.errors) {
        assert.ok(thrown instanceof OverloadedError);
        assert.ok(refused.has(index));
      }
      assert.ok(seen.some((progress) => progress.concurrency === 1));
      assert.ok((seen.at(-1)?.concurrency ?? 0) >= 40, 'it recovers');
    });

  it('should_count_right_what_a_signal_cuts', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(
      INSERT,
      dynamic((request) => ((request.bound['k'] as number) < 20 ? voidResult() : held(voidResult()))),
      bind,
    );
    for (const [before, expected] of [
      [false, 'unknown'],
      [true, 'notSent'],
    ] as const) {
      const controller = new AbortController();
      if (before) controller.abort('early');
      const seen: ConcurrentProgress[] = [];
      const statement = await h.settle(h.session.prepare(INSERT));
      const running = rejection(
        h.session.executeConcurrent(statement, upTo(1_000), {
          concurrency: 10,
          signal: controller.signal,
          onProgress: (progress) => seen.push(progress),
        }),
      );
      await h.clock.advance(50);
      controller.abort('late');
      const failure = await h.settle(running);
      assert.ok(failure instanceof AbortError);
      assert.equal(failure.outcome, expected);
      const [total, succeeded, failed] = before ? [0, 0, 0] : [30, 20, 10];
      assert.deepEqual(seen, [{ total, succeeded, failed, concurrency: 10 }]);
    }
  });

  it('should_bear_a_callback_that_throws', async () => {
    const warnings: string[] = [];
    const logger = { error: (...args: readonly unknown[]): void => void warnings.push(JSON.stringify(args)) };
    await using h = await SessionHarness.start({ cluster: { logger } });
    h.servers.when(INSERT, voidResult(), bind);
    const onProgress = (): void => {
      throw new Error('callback bug');
    };
    const { succeeded } = await h.settle(h.session.executeConcurrent(INSERT, upTo(2_500), { onProgress }));
    assert.equal(succeeded, 2_500);
    assert.equal(warnings.filter((text) => text.includes('callback bug')).length, 3);
  });

  it('should_leave_others_their_turn_when_everything_fails_before_it_is_sent', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(INSERT, voidResult(), bind);
    const statement = await h.settle(h.session.prepare(INSERT));
    const controller = new AbortController();
    const forever = (function* (): Generator<[string]> {
      for (;;) yield ['no number'];
    })();
    const seen: ConcurrentProgress[] = [];
    const running = rejection(
      h.session.executeConcurrent(statement, forever, {
        raiseOnFirstError: false,
        signal: controller.signal,
        onProgress: (progress) => seen.push(progress),
      }),
    );
    let turns = 0;
    await h.clock.runUntil(() => ++turns > 20);
    controller.abort();
    assert.ok((await h.settle(running)) instanceof AbortError);
    assert.ok((seen.at(-1)?.failed ?? 0) > 100);
    assert.equal((await h.failure(h.session.executeConcurrent(statement, [['x']]))) instanceof InvalidValueError, true);
  });

  it('should_leave_no_timer_when_it_ends_during_a_pause', async () => {
    await using h = await SessionHarness.start({ cluster: { retryPolicy } });
    h.servers.when(INSERT, error('overloaded'), bind);
    const controller = new AbortController();
    const running = rejection(
      h.session.executeConcurrent(INSERT, upTo(1e6), { raiseOnFirstError: false, signal: controller.signal }),
    );
    await h.clock.advance(30_000);
    const { pending } = h.clock;
    controller.abort();
    assert.ok((await h.settle(running)) instanceof AbortError);
    assert.equal(h.clock.pending, pending - 1);
  });

  it('should_prepare_a_text_in_the_keyspace_of_its_requests', async () => {
    await using h = await SessionHarness.start({ versions: [5] });
    h.servers.when('INSERT INTO t (k) VALUES (?)', voidResult(), bind);
    const requestOptions = { keyspace: 'other' };
    await h.settle(h.session.executeConcurrent('INSERT INTO t (k) VALUES (?)', upTo(3), { requestOptions }));
    assert.equal(h.node().log.ofOpcode('PREPARE').at(-1)?.keyspace, 'other');
  });
});
