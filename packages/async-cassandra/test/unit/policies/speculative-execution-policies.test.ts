import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationError } from '../../../src/errors/index.ts';
import {
  ConstantSpeculativeExecutionPolicy,
  PercentileSpeculativeExecutionPolicy,
  type SpeculativeExecutionPolicy,
} from '../../../src/policies/index.ts';
import { testNode } from '../../support/metadata/index.ts';

const node = testNode(0);

function refusedAt(path: string, make: () => unknown): void {
  const full = `speculativeExecutionPolicy.${path}`;
  assert.throws(make, (error) => error instanceof ConfigurationError && error.path === full);
}

describe('ConstantSpeculativeExecutionPolicy', () => {
  it('should ask so many further nodes, each after the same time', () => {
    const policy = new ConstantSpeculativeExecutionPolicy({ delayMs: 50, maxSpeculativeExecutions: 2 });
    assert.deepEqual(
      [1, 2, 3, 4].map((executions) => policy.nextDelayMs(node, executions)),
      [50, 50, -1, -1],
    );
  });

  it('should ask one further node by default', () => {
    const policy = new ConstantSpeculativeExecutionPolicy({ delayMs: 0 });
    assert.deepEqual(
      [1, 2].map((executions) => policy.nextDelayMs(node, executions)),
      [0, -1],
    );
  });

  it('should not want to be told latencies', () => {
    const policy: SpeculativeExecutionPolicy = new ConstantSpeculativeExecutionPolicy({ delayMs: 1 });
    assert.equal(policy.onLatency, undefined);
  });

  it('should refuse options that are wrong', () => {
    refusedAt('delayMs', () => new ConstantSpeculativeExecutionPolicy({} as { delayMs: number }));
    refusedAt('delayMs', () => new ConstantSpeculativeExecutionPolicy({ delayMs: -5 }));
    refusedAt(
      'maxSpeculativeExecutions',
      () => new ConstantSpeculativeExecutionPolicy({ delayMs: 5, maxSpeculativeExecutions: 0 }),
    );
    refusedAt('x', () => new ConstantSpeculativeExecutionPolicy({ delayMs: 5, x: 0 } as { delayMs: number }));
  });
});

describe('PercentileSpeculativeExecutionPolicy', () => {
  it('should wait for latencies before it asks further nodes', () => {
    const policy = new PercentileSpeculativeExecutionPolicy({ minSamples: 100 });
    for (let i = 0; i < 99; i++) policy.onLatency(node, 5);
    assert.equal(policy.nextDelayMs(node, 1), -1);
    policy.onLatency(node, 5);
    assert.ok(policy.nextDelayMs(node, 1) > 0);
    assert.equal(policy.nextDelayMs(node, 2), -1);
  });

  it('should wait as long as the percentile of latencies', () => {
    const policy = new PercentileSpeculativeExecutionPolicy({ percentile: 90, minSamples: 1_000 });
    for (let i = 0; i < 1_000; i++) policy.onLatency(node, i % 100);
    const delay = policy.nextDelayMs(node, 1);
    assert.ok(delay >= 89 && delay <= 90 * 1.04, `delay: ${delay}`);
  });

  it('should follow latencies that change', () => {
    const policy = new PercentileSpeculativeExecutionPolicy({ percentile: 99 });
    for (let i = 0; i < 20_000; i++) policy.onLatency(node, 2);
    assert.ok(policy.nextDelayMs(node, 1) < 2.1);
    for (let i = 0; i < 2_000; i++) policy.onLatency(node, 40);
    assert.ok(policy.nextDelayMs(node, 1) >= 40);
  });

  it('should keep within its bounds', () => {
    const slow = new PercentileSpeculativeExecutionPolicy({ minSamples: 1, maxDelayMs: 10 });
    slow.onLatency(node, 5_000);
    assert.equal(slow.nextDelayMs(node, 1), 10);
    const fast = new PercentileSpeculativeExecutionPolicy({ minSamples: 1, minDelayMs: 3 });
    fast.onLatency(node, 0.1);
    assert.equal(fast.nextDelayMs(node, 1), 3);
  });

  it('should refuse options that are wrong', () => {
    refusedAt('percentile', () => new PercentileSpeculativeExecutionPolicy({ percentile: 100 }));
    refusedAt('percentile', () => new PercentileSpeculativeExecutionPolicy({ percentile: 0 }));
    refusedAt('minSamples', () => new PercentileSpeculativeExecutionPolicy({ minSamples: 0 }));
    refusedAt('maxDelayMs', () => new PercentileSpeculativeExecutionPolicy({ minDelayMs: 5, maxDelayMs: 4 }));
    refusedAt('p', () => new PercentileSpeculativeExecutionPolicy({ p: 99 } as object));
  });
});
