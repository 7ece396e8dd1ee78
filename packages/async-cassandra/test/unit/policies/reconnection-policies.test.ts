import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationError } from '../../../src/errors/index.ts';
import {
  ConstantReconnectionPolicy,
  ExponentialReconnectionPolicy,
  type ReconnectionPolicy,
} from '../../../src/policies/index.ts';

function delays(policy: ReconnectionPolicy, count: number): number[] {
  const schedule = policy.schedule();
  return Array.from({ length: count }, () => schedule.next().value as number);
}

function refusedAt(path: string, make: () => unknown): void {
  assert.throws(make, (error) => error instanceof ConfigurationError && error.path === `reconnectionPolicy.${path}`);
}

describe('ConstantReconnectionPolicy', () => {
  it('should always wait as long', () => {
    assert.deepEqual(delays(new ConstantReconnectionPolicy({ delayMs: 250 }), 4), [250, 250, 250, 250]);
  });

  it('should refuse options that are wrong', () => {
    refusedAt('delayMs', () => new ConstantReconnectionPolicy({ delayMs: -1 }));
    refusedAt('delayMs', () => new ConstantReconnectionPolicy({} as { delayMs: number }));
    refusedAt('delay', () => new ConstantReconnectionPolicy({ delayMs: 1, delay: 1 } as { delayMs: number }));
    refusedAt('delay', () => new ConstantReconnectionPolicy({ delay: 1 } as unknown as { delayMs: number }));
  });
});

describe('ExponentialReconnectionPolicy', () => {
  it('should double its delays up to the longest', () => {
    const policy = new ExponentialReconnectionPolicy({ baseDelayMs: 100, maxDelayMs: 1000 });
    assert.deepEqual(delays(policy, 7), [100, 200, 400, 800, 1000, 1000, 1000]);
  });

  it('should wait a second at first and a minute at last by default', () => {
    const [first] = delays(new ExponentialReconnectionPolicy(), 1);
    assert.equal(first, 1_000);
    assert.equal(delays(new ExponentialReconnectionPolicy(), 2_000).at(-1), 60_000);
  });

  it('should begin anew with each schedule', () => {
    const policy = new ExponentialReconnectionPolicy();
    assert.deepEqual(delays(policy, 3), delays(policy, 3));
  });

  it('should never be below its base, however long that is', () => {
    assert.deepEqual(delays(new ExponentialReconnectionPolicy({ baseDelayMs: 90_000 }), 2), [90_000, 90_000]);
  });

  it('should refuse options that are wrong', () => {
    refusedAt('baseDelayMs', () => new ExponentialReconnectionPolicy({ baseDelayMs: 0 }));
    refusedAt('maxDelayMs', () => new ExponentialReconnectionPolicy({ baseDelayMs: 100, maxDelayMs: 99 }));
    refusedAt('maxDelayMs', () => new ExponentialReconnectionPolicy({ maxDelayMs: Number.NaN }));
    refusedAt('base', () => new ExponentialReconnectionPolicy({ base: 1 } as object));
  });
});
