import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CodecRegistry } from '../../../src/codecs/index.ts';
import type { PreparedResult } from '../../../src/protocol/index.ts';
import { EvictedPlans } from '../../../src/session/evicted-plans.ts';
import { PlanCache } from '../../../src/session/plan-cache.ts';
import { PreparedPlan } from '../../../src/session/prepared-statement.ts';
import { classifyStatement } from '../../../src/session/statement-info.ts';
import { collectUntil } from '../../support/collect-garbage.ts';

const registry = new CodecRegistry();

function planOf(cql: string, keyspace?: string): PreparedPlan {
  const result: PreparedResult = {
    id: Buffer.from(`${keyspace ?? ''} ${cql}`),
    resultMetadataId: undefined,
    variables: [],
    partitionKeyIndexes: [],
    result: { columnCount: 0, pagingState: undefined, newMetadataId: undefined, columns: undefined },
  };
  return new PreparedPlan(cql, keyspace, classifyStatement(cql), result, registry);
}

describe('PlanCache', () => {
  it('should tell texts and keyspaces apart', () => {
    const cache = new PlanCache(10);
    const plans = [planOf('a'), planOf('b'), planOf('a', 'x'), planOf('a', 'y')];
    for (const plan of plans) cache.add(plan);
    assert.equal(cache.size, 4);
    for (const plan of plans) assert.equal(cache.get(plan.cql, plan.keyspace), plan);
    assert.equal(cache.get('b', 'x'), undefined);
    assert.deepEqual([...cache], plans);
  });

  it('should forget what was unused for longest, in whatever keyspace', () => {
    const cache = new PlanCache(2);
    const [a, b, c] = [planOf('a', 'x'), planOf('b', 'y'), planOf('c', 'y')];
    cache.add(a);
    cache.add(b);
    cache.get('a', 'x');
    cache.add(c);
    assert.equal(cache.size, 2);
    assert.equal(cache.get('b', 'y'), undefined);
    assert.equal(cache.get('a', 'x'), a);
    cache.add(planOf('d', 'x'));
    assert.equal(cache.get('c', 'y'), undefined);
  });

  it('should take a plan in again, and one with another id in place of the first', () => {
    const cache = new PlanCache(2);
    const first = planOf('a');
    cache.add(first);
    cache.add(first);
    assert.equal(cache.size, 1);
    const second = planOf('a');
    cache.add(second);
    assert.equal(cache.size, 1);
    assert.equal(cache.get('a', undefined), second);
    assert.deepEqual([...cache], [second, first]);
  });

  it('should still know forgotten plans that a caller holds', () => {
    const cache = new PlanCache(1);
    const held = planOf('a', 'x');
    cache.add(held);
    cache.add(planOf('b', 'x'));
    assert.equal(cache.get('a', 'x'), undefined);
    assert.equal(cache.known('a', 'x'), held);
    assert.ok([...cache].includes(held));
  });

  it('should hold nothing that it has forgotten', async () => {
    const evicted = new EvictedPlans();
    for (let i = 0; i < 100; i++) evicted.add(planOf(`statement ${i}`));
    const held = planOf('held');
    evicted.add(held);
    await collectUntil(() => evicted.size === 1);
    assert.deepEqual([...evicted], [held]);
    assert.equal(evicted.get('statement 1', undefined), undefined);
  });
});
