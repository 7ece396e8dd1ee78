import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DefaultLoadBalancingPolicy, RoundRobinLoadBalancingPolicy } from '../../../src/policies/index.ts';
import { error, generatedRows, held, t, voidResult } from '../../support/index.ts';
import { rejection, SessionHarness } from '../../support/session/session-harness.ts';

const INSERT = 'INSERT INTO ks.t (k) VALUES (1)';
const SELECT = 'SELECT k FROM ks.t';

describe('the state of a session', () => {
  test('should be plain data that holds still, node by node', async () => {
    await using h = await SessionHarness.start({ nodes: 3 });
    const { state } = h.session;
    assert.deepEqual(JSON.parse(JSON.stringify({ ...state, limits: {} })), { ...state, limits: {} });
    assert.equal(state.lifecycle, 'open');
    assert.equal(state.openConnections, 3);
    assert.deepEqual(
      state.nodes.map((node) => node.endPoint).sort(),
      h.servers.nodes.map((node) => node.contactPoint).sort(),
    );
    for (const { hostId, endPoint, ...rest } of state.nodes) {
      assert.equal(h.servers.nodes.find((node) => node.contactPoint === endPoint)?.node.hostId, hostId);
      assert.deepEqual(rest, {
        dataCenter: 'datacenter1',
        rack: 'rack1',
        isUp: true,
        openConnections: 1,
        inFlight: 0,
        orphaned: 0,
        bufferedBytes: 0,
        breaker: 'closed',
      });
    }
    h.servers.when(INSERT, held(voidResult()));
    h.session.execute(INSERT).catch(() => undefined);
    assert.equal(state.inFlight, 0);
  });

  test('should say where requests, replies that nobody waits for, streams and statements are', async () => {
    await using h = await SessionHarness.start({ nodes: 2 });
    const slow = held(voidResult());
    h.servers.when(INSERT, slow);
    h.servers.when(
      SELECT,
      generatedRows({ k: t.int }, 10, (i) => [i]),
    );
    const node = h.node(1).node.hostId;
    const controller = new AbortController();
    const requests = [0, 1].map(() => h.session.execute(INSERT, undefined, { node }));
    const given = [0, 1, 2].map(() =>
      rejection(h.session.execute(INSERT, undefined, { node, signal: controller.signal })),
    );
    await h.clock.advance(5);
    controller.abort();
    await h.settle(Promise.all(given));
    const stream = await h.settle(h.session.executeStream(SELECT, [], { node: h.node(0).node.hostId }));
    const { state } = h.session;
    const [busy, idle] = [1, 0].map((i) => state.nodes.find((each) => each.endPoint === h.node(i).contactPoint));
    assert.deepEqual([busy?.inFlight, busy?.orphaned], [2, 3]);
    assert.deepEqual([idle?.inFlight, idle?.orphaned], [0, 0]);
    assert.deepEqual([state.inFlight, state.activeOperations, state.openStreams], [2, 2, 1]);
    await stream.cancel();
    slow.open();
    await h.settle(Promise.all(requests));
    await h.clock.advance(50);
    const after = h.session.state;
    assert.deepEqual(
      after.nodes.map((each) => [each.inFlight, each.orphaned]),
      [
        [0, 0],
        [0, 0],
      ],
    );
    assert.deepEqual([after.inFlight, after.activeOperations, after.openStreams], [0, 0, 0]);
  });

  test('should tell of nodes that are down', async () => {
    await using h = await SessionHarness.start({ nodes: 2 });
    await h.servers.stopNode(h.node(1), { silently: true });
    await h.clock.advance(100);
    const down = h.session.state.nodes.find((each) => each.endPoint === h.node(1).contactPoint);
    assert.deepEqual([down?.isUp, down?.openConnections], [false, 0]);
    assert.equal(h.session.state.openConnections, 1);
  });

  test('should tell of circuit breakers, where the policy has them', async () => {
    const circuitBreaker = { minFailures: 3, openMs: 1000 };
    await using h = await SessionHarness.start({
      nodes: 2,
      cluster: { loadBalancingPolicy: new DefaultLoadBalancingPolicy({ circuitBreaker }) },
    });
    const breaker = (): unknown =>
      h.session.state.nodes.find((each) => each.endPoint === h.node(1).contactPoint)?.breaker;
    h.node(1).when(INSERT, error('overloaded'));
    for (let i = 0; i < 60 && breaker() === 'closed'; i++) await h.settle(rejection(h.session.execute(INSERT)));
    assert.equal(breaker(), 'open');
    await h.clock.advance(1000);
    assert.equal(breaker(), 'halfOpen');
    await using plain = await SessionHarness.start({
      cluster: { loadBalancingPolicy: new RoundRobinLoadBalancingPolicy() },
    });
    assert.equal(plain.session.state.nodes[0]?.breaker, undefined);
  });

  test('should follow the session through its life', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(INSERT, held(voidResult()));
    const request = rejection(h.session.execute(INSERT));
    await h.clock.advance(5);
    const closing = h.session.close({ drainTimeoutMs: 100 });
    assert.equal(h.session.state.lifecycle, 'closing');
    assert.equal(h.session.state.activeOperations, 1);
    await h.settle(closing);
    await h.settle(request);
    const { lifecycle, openConnections, nodes, inFlight } = h.session.state;
    assert.deepEqual([lifecycle, openConnections, nodes.length, inFlight], ['closed', 0, 0, 0]);
  });
});
