import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationError } from '../../../src/errors/index.ts';
import { NodeBreaker } from '../../../src/policies/node-breaker.ts';

function breaker(slots = 2): NodeBreaker {
  const options = { minFailures: 4, failureRatio: 0.5, windowMs: 1_000, openMs: 100 };
  const made = new NodeBreaker('loadBalancingPolicy.circuitBreaker', options);
  made.reserve(slots);
  return made;
}

/** Whether a request may go to the node; the one that asks goes. */
function allows(target: NodeBreaker, slot: number, now: number): boolean {
  if (target.isShut(slot, now)) return false;
  target.enter(slot, now);
  return true;
}

function fail(target: NodeBreaker, times: number, now: number): void {
  for (let i = 0; i < times; i++) target.failed(0, now);
}

describe('NodeBreaker', () => {
  it('should open after enough failures, for that node alone', () => {
    const target = breaker();
    fail(target, 3, 0);
    assert.equal(allows(target, 0, 0), true);
    fail(target, 1, 0);
    assert.equal(allows(target, 0, 0), false);
    assert.equal(allows(target, 1, 0), true);
    assert.equal(target.openCount, 1);
  });

  it('should stay closed while most requests succeed', () => {
    const target = breaker();
    for (let i = 0; i < 100; i++) {
      target.failed(0, i);
      target.succeeded(0);
      target.succeeded(0);
    }
    assert.equal(allows(target, 0, 100), true);
  });

  it('should count the failures of its window only', () => {
    const target = breaker();
    fail(target, 3, 0);
    fail(target, 3, 1_001);
    assert.equal(allows(target, 0, 1_001), true);
    fail(target, 1, 1_002);
    assert.equal(allows(target, 0, 1_002), false);
  });

  it('should not let successes of long ago hide failures', () => {
    const target = breaker();
    for (let i = 0; i < 10_000; i++) target.succeeded(0);
    fail(target, 4, 50_000);
    assert.equal(allows(target, 0, 50_000), false);
  });

  it('should let one request a time probe an open node', () => {
    const target = breaker();
    fail(target, 4, 0);
    assert.equal(allows(target, 0, 99), false);
    assert.equal(allows(target, 0, 100), true);
    assert.equal(allows(target, 0, 100), false);
    assert.equal(allows(target, 0, 199), false);
    assert.equal(allows(target, 0, 200), true);
  });

  it('should close when a probe succeeds', () => {
    const target = breaker();
    fail(target, 4, 0);
    assert.equal(allows(target, 0, 100), true);
    target.succeeded(0);
    assert.equal(target.openCount, 0);
    assert.equal(allows(target, 0, 101), true);
    fail(target, 3, 102);
    assert.equal(allows(target, 0, 102), true);
  });

  it('should stay open when a probe fails, or when an older request succeeds', () => {
    const target = breaker();
    fail(target, 4, 0);
    target.succeeded(0);
    assert.equal(allows(target, 0, 50), false);
    assert.equal(allows(target, 0, 100), true);
    target.failed(0, 150);
    assert.equal(allows(target, 0, 249), false);
    assert.equal(allows(target, 0, 250), true);
    assert.equal(target.openCount, 1);
  });

  it('should forget a node that is reset', () => {
    const target = breaker();
    fail(target, 4, 0);
    target.reset(0);
    assert.equal(target.openCount, 0);
    assert.equal(allows(target, 0, 0), true);
    target.reset(0);
    assert.equal(target.openCount, 0);
  });

  it('should keep what it knows when room is made for more nodes', () => {
    const target = breaker(1);
    fail(target, 4, 0);
    target.reserve(10);
    target.reserve(5);
    assert.equal(allows(target, 0, 0), false);
    assert.equal(allows(target, 9, 0), true);
  });

  it('should refuse options that are wrong', () => {
    for (const [name, value] of [
      ['minFailures', 0],
      ['failureRatio', 1.1],
      ['windowMs', 0],
      ['openMs', -1],
      ['open', 1],
    ] as const) {
      assert.throws(
        () => new NodeBreaker('a.b', { [name]: value }),
        (error) => error instanceof ConfigurationError && error.path === `a.b.${name}`,
      );
    }
  });
});
