import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvalidQueryError, OverloadedError, TimeoutError } from '../../../src/errors/index.ts';
import { testNode } from '../../support/metadata/index.ts';
import { a, b, breakNode, c, d, firsts, ids, lost, setUp, x } from '../../support/policies/default-policy.ts';
import { routing } from '../../support/policies/index.ts';

describe('DefaultLoadBalancingPolicy', () => {
  describe('nodes that have returned', () => {
    it('should get requests by and by', () => {
      const [policy, view] = setUp({ warmUpMs: 1_000 });
      view.setUp(a, false);
      policy.first(routing());
      view.setUp(a, true);
      const share = (): number => {
        let count = 0;
        for (let i = 0; i < 1_000; i++) {
          // The first lot chooses among a and b, the second whether a is spared.
          view.lots = [(i % 2) / 2, ((i * 7) % 1_000) / 1_000];
          if (policy.first(routing([a, b])) === a) count++;
        }
        view.lots = [];
        return count / 1_000;
      };
      assert.equal(share(), 0);
      view.nowMs += 300;
      const early = share();
      view.nowMs += 500;
      const late = share();
      assert.ok(early > 0.05 && early < 0.3, `early: ${early}`);
      assert.ok(late > early + 0.1 && late < 0.5, `late: ${late}`);
      view.nowMs += 200;
      assert.equal(share(), 0.5);
    });

    it('should come after other replicas, before other nodes', () => {
      const [policy, view] = setUp();
      for (const node of [a, c]) {
        view.setUp(node, false);
        view.setUp(node, true);
      }
      assert.equal(ids(policy.plan(routing([a, b]))), 'badc');
    });

    it('should take conditional statements at once', () => {
      const [policy, view] = setUp();
      view.setUp(a, false);
      view.setUp(a, true);
      const query = routing([a, b], { isConditional: true });
      assert.equal(policy.first(query), a);
      assert.equal(ids(policy.plan(query)).slice(0, 2), 'ab');
    });
  });

  describe('circuit breaker', () => {
    it('should pass over a node that fails requests, and end plans with it', () => {
      const [policy, view] = setUp();
      breakNode(policy, a);
      assert.equal(firsts(policy, view, routing([a, b])), 'b');
      assert.equal(ids(policy.plan(routing([a, b]))).at(-1), 'a');
    });

    it('should send one request a time to a broken node, until one succeeds', () => {
      const [policy, view] = setUp();
      breakNode(policy, a);
      view.nowMs += 2_000;
      view.busy.set('b', 1);
      const query = routing([a, b]);
      assert.equal(policy.first(query), a);
      assert.equal(policy.first(query), b);
      policy.onFailure(a, lost);
      view.nowMs += 1_999;
      assert.equal(policy.first(query), b);
      view.nowMs += 1;
      assert.equal(policy.first(query), a);
      policy.onSuccess(a);
      assert.equal(policy.first(query), a);
      assert.equal(policy.first(query), a);
    });

    it('should count errors that are the fault of the node only', () => {
      for (const error of [
        lost,
        new TimeoutError('No answer, check it', 5),
        new OverloadedError('Overloaded, check it'),
      ]) {
        const [policy, view] = setUp();
        breakNode(policy, a, error);
        assert.equal(firsts(policy, view, routing([a, b])), 'b', error.name);
      }
      const [policy, view] = setUp();
      breakNode(policy, a, new InvalidQueryError('No such table, check it'));
      assert.equal(firsts(policy, view, routing([a, b])), 'ab');
    });

    it('should take an answer that is an error of the statement as a sign of health', () => {
      const [policy, view] = setUp();
      breakNode(policy, a);
      view.nowMs += 2_000;
      view.busy.set('b', 1);
      assert.equal(policy.first(routing([a, b])), a, 'its probe');
      policy.onFailure(a, new InvalidQueryError('No such table, check it'));
      assert.equal(policy.breakerState(a), 'closed');
    });

    it('should tell its state for monitoring', () => {
      const [policy, view] = setUp();
      const state = (): string | undefined => policy.breakerState(a);
      assert.equal(state(), 'closed');
      breakNode(policy, a);
      assert.equal(state(), 'open');
      assert.equal(policy.breakerState(b), 'closed');
      view.nowMs += 2_000;
      assert.equal(state(), 'halfOpen');
      view.busy.set('b', 1);
      assert.equal(policy.first(routing([a, b])), a);
      assert.equal(state(), 'halfOpen');
      policy.onSuccess(a);
      assert.equal(state(), 'closed');
    });

    it('should never shut all nodes out', () => {
      const [policy] = setUp();
      for (const node of [a, b, c, d]) breakNode(policy, node);
      assert.equal(ids(policy.plan(routing([a, b]))).length, 4);
      assert.notEqual(policy.first(routing([a, b])), null);
    });

    it('should go to remote nodes when all local ones are broken, and come back', () => {
      const [policy, view] = setUp({ remoteNodes: { dataCenters: ['dc2'] } });
      for (const node of [a, b, c, d]) breakNode(policy, node);
      assert.equal(firsts(policy, view, routing([a, x])), 'x');
      view.nowMs += 2_000;
      assert.equal(policy.first(routing([a, x])), a);
      policy.onSuccess(a);
      assert.equal(firsts(policy, view, routing([a, x])), 'a');
    });

    it('should forget a node that came back, or whose slot another one has', () => {
      const [policy, view] = setUp({ warmUpMs: 0 });
      breakNode(policy, a);
      view.setUp(a, false);
      policy.first(routing());
      view.setUp(a, true);
      assert.equal(firsts(policy, view, routing([a])), 'a');
      breakNode(policy, a);
      const other = testNode(0, { hostId: 'other' });
      view.setNodes([other, b]);
      assert.equal(policy.first(routing([other])), other);
    });

    it('should be absent when it is not wanted', () => {
      const [policy, view] = setUp({ circuitBreaker: false });
      breakNode(policy, a);
      policy.onSuccess(a);
      assert.equal(firsts(policy, view, routing([a, b])), 'ab');
    });
  });
});
