import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { QUICK_RETRY_MS, ReconnectBackoff } from '../../../src/cluster/reconnect-backoff.ts';
import type { ReconnectionPolicy } from '../../../src/policies/index.ts';
import { doubling } from './fakes.ts';

const noJitter = (): number => 0;
const mostJitter = (): number => 0.999_999;

describe('ReconnectBackoff', () => {
  it('should follow the schedule while attempts fail', () => {
    const backoff = new ReconnectBackoff(doubling, noJitter);
    assert.deepEqual([backoff.failed(), backoff.failed(), backoff.failed()], [1000, 2000, 4000]);
  });

  it('should make delays shorter at random, by at most 15 %, and never longer', () => {
    const backoff = new ReconnectBackoff(doubling, mostJitter);
    const delay = backoff.failed();
    assert.ok(delay > 849 && delay < 851, String(delay));
  });

  it('should count delays from the beginning of attempts, and pause a moment after one that took longer', () => {
    const backoff = new ReconnectBackoff(doubling, noJitter);
    assert.deepEqual([backoff.failed(400), backoff.failed(5_000), backoff.failed(0)], [600, 0, 4_000]);
    const pause = new ReconnectBackoff(doubling, mostJitter).failed(5_000);
    assert.ok(pause > QUICK_RETRY_MS * 0.99 && pause <= QUICK_RETRY_MS, String(pause));
  });

  it('should replace a sound connection almost at once, spread over the quick retry time', () => {
    assert.equal(new ReconnectBackoff(doubling, noJitter).lost(60_000), 0);
    const delay = new ReconnectBackoff(doubling, mostJitter).lost(60_000);
    assert.ok(delay > QUICK_RETRY_MS * 0.99 && delay <= QUICK_RETRY_MS);
  });

  it('should begin the schedule again after a sound connection', () => {
    const backoff = new ReconnectBackoff(doubling, noJitter);
    backoff.failed();
    backoff.failed();
    backoff.lost(60_000);
    assert.equal(backoff.failed(), 1000);
  });

  it('should stay on the schedule when the node drops connections as soon as it has accepted them', () => {
    const backoff = new ReconnectBackoff(doubling, noJitter);
    const delays = [
      backoff.lost(0),
      backoff.lost(0),
      backoff.lost(0),
      backoff.lost(1900),
      backoff.lost(3999),
      backoff.lost(1),
    ];
    assert.deepEqual(delays, [0, 1000, 2000, 4000, 8000, 16_000]);
  });

  it('should count a connection as sound that outlived the last delay', () => {
    const backoff = new ReconnectBackoff(doubling, noJitter);
    backoff.failed();
    backoff.failed();
    assert.equal(backoff.lost(2000), 0);
  });

  it('should go on with the last delay of a schedule that ends', () => {
    const backoff = new ReconnectBackoff({ schedule: () => [10, 20].values() }, noJitter);
    assert.deepEqual([backoff.failed(), backoff.failed(), backoff.failed(), backoff.failed()], [10, 20, 20, 20]);
  });

  it('should not trust what a policy yields', () => {
    const values = [Number.NaN, -5, Number.POSITIVE_INFINITY, 1e12, undefined] as unknown as number[];
    const policy: ReconnectionPolicy = { schedule: () => values.values() };
    const backoff = new ReconnectBackoff(policy, noJitter);
    const longest = 2 ** 31 - 1;
    assert.deepEqual(
      [backoff.failed(), backoff.failed(), backoff.failed(), backoff.failed(), backoff.failed()],
      [longest, 0, longest, longest, longest],
    );
  });
});
