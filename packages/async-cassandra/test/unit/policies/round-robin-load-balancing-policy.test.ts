import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationError } from '../../../src/errors/index.ts';
import { RoundRobinLoadBalancingPolicy } from '../../../src/policies/index.ts';
import { testNode } from '../../support/metadata/index.ts';
import { FakeView } from '../../support/policies/index.ts';

const nodes = [testNode(0), testNode(1), testNode(2), testNode(3, { dataCenter: 'dc2' })];

function policy(view: FakeView, options = {}): RoundRobinLoadBalancingPolicy {
  const made = new RoundRobinLoadBalancingPolicy(options);
  made.init(view);
  return made;
}

describe('RoundRobinLoadBalancingPolicy', () => {
  it('should let the local nodes take turns', () => {
    const made = policy(new FakeView(nodes));
    assert.deepEqual(
      [1, 2, 3, 4, 5].map(() => made.first()?.slot),
      [1, 2, 0, 1, 2],
    );
    assert.deepEqual(
      [...made.plan()].map((node) => node.slot),
      [0, 1, 2],
    );
    assert.deepEqual(
      [...made.plan()].map((node) => node.slot),
      [1, 2, 0],
    );
  });

  it('should use all data centres when told to', () => {
    const made = policy(new FakeView(nodes), { allDataCenters: true });
    assert.equal([...made.plan()].length, 4);
    assert.equal(made.distance(nodes[3] as never), 'local');
  });

  it('should ignore other data centres, unless the local one is not known', () => {
    const view = new FakeView(nodes);
    const made = policy(view);
    assert.equal(made.distance(nodes[3] as never), 'ignored');
    assert.equal(made.distance(nodes[0] as never), 'local');
    view.localDataCenter = '';
    assert.equal(made.distance(nodes[3] as never), 'local');
    assert.equal([...made.plan()].length, 4);
  });

  it('should pass over nodes that are down', () => {
    const view = new FakeView(nodes);
    const made = policy(view);
    view.setUp(nodes[1] as never, false);
    assert.deepEqual([...made.plan()].map((node) => node.slot).toSorted(), [0, 2]);
    view.setUp(nodes[0] as never, false);
    view.setUp(nodes[2] as never, false);
    assert.equal(made.first(), null);
    assert.deepEqual([...made.plan()], []);
  });

  it('should refuse options that are wrong', () => {
    assert.throws(() => policy(new FakeView(nodes), { allDataCenters: 'yes' }), ConfigurationError);
    assert.throws(() => policy(new FakeView(nodes), { all: true }), ConfigurationError);
  });
});
