import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { ClusterListener } from '../../../src/cluster/cluster-listener.ts';
import type { ClusterNode } from '../../../src/cluster/cluster-node.ts';
import { ClusterState, type NodeFollower } from '../../../src/cluster/cluster-state.ts';
import { diffNodes } from '../../../src/cluster/node-diff.ts';
import type { NodeDistance, NodeInfo } from '../../../src/metadata/index.ts';
import { VirtualClock } from '../../support/index.ts';
import { FakeConnection, settle, testInfo } from './fakes.ts';

const [a, b, c] = [testInfo(0), testInfo(1), testInfo(2)] as const;

describe('ClusterState', () => {
  let clock: VirtualClock;
  let events: string[];
  let told: string[];
  let listener: ClusterListener;
  let errors: string[];
  let state: ClusterState;

  function setNodes(...nodes: NodeInfo[]): void {
    const diff = diffNodes(state.members, nodes);
    const targets = new Map(nodes.map((node) => [node.hostId, { host: node.address, port: node.port }]));
    if (state.applyNodes(diff, targets)) state.tellTopologyChange();
  }

  function nodeOf(info: NodeInfo): ClusterNode {
    const node = state.nodeOf(info);
    assert.ok(node);
    return node;
  }

  beforeEach(async () => {
    clock = new VirtualClock();
    events = [];
    told = [];
    errors = [];
    listener = {
      nodeUp: (node) => events.push(`up ${node.endPoint}`),
      nodeDown: (node) => events.push(`down ${node.endPoint}`),
      nodeAdded: (node) => events.push(`added ${node.endPoint}`),
      nodeRemoved: (node) => events.push(`removed ${node.endPoint}`),
      topologyChange: () => events.push('topology'),
    };
    const follower: NodeFollower = {
      nodeAdded: (node) => told.push(`added ${node.info.endPoint}`),
      nodeRemoved: (node) => told.push(`removed ${node.info.endPoint}`),
      nodeMoved: (node) => told.push(`moved ${node.target.host}`),
      nodeDistanceChanged: (node) => told.push(`${node.distance} ${node.info.endPoint}`),
      nodeSaidUp: (node) => told.push(`up ${node.info.endPoint}`),
    };
    state = new ClusterState({
      seams: { timers: clock, random: () => 0.5 },
      listener,
      logger: { error: (fields) => errors.push((fields as { event: string }).event) },
    });
    setNodes(a, b);
    state.follow(follower);
    await settle();
    events.length = 0;
  });

  describe('members', () => {
    it('should show the nodes found, in a view that policies can trust', () => {
      const view = state;
      assert.deepEqual(view.nodes, [a, b]);
      assert.deepEqual([view.isUp(a), view.upSinceMs(a), view.inFlight(a), view.isSlow(a)], [true, 0, 0, false]);
      nodeOf(a).inFlight = 3;
      assert.equal(view.inFlight(a), 3);
      assert.equal(view.now(), 0);
      assert.equal(view.random(), 0.5);
    });

    it('should tell of nodes that come and go, after the view has changed', async () => {
      const before = state.version;
      setNodes(a, c);
      assert.deepEqual(told, ['removed 10.0.0.2:9042', 'added 10.0.0.3:9042']);
      assert.ok(state.version > before);
      await settle();
      assert.deepEqual(events, ['removed 10.0.0.2:9042', 'added 10.0.0.3:9042', 'topology']);
      assert.equal(state.nodeOf(b), undefined);
      assert.equal(state.isUp(b), false);
    });

    it('should not mix up a removed node with the one that has its slot now', () => {
      setNodes(a, c);
      const inSlot = state.nodes.find((node) => node.hostId === c.hostId);
      assert.equal(inSlot?.slot, b.slot);
      assert.equal(state.nodeOf(b), undefined);
      assert.equal(state.inFlight(b), 0);
    });

    it('should keep the state of a node that returns under another address', () => {
      const node = nodeOf(b);
      node.inFlight = 7;
      setNodes(a, testInfo(1, { address: '10.9.9.9' }));
      assert.equal(state.nodeByHostId(b.hostId), node);
      assert.equal(node.info.address, '10.9.9.9');
      assert.deepEqual(told, ['moved 10.9.9.9']);
      assert.equal(state.inFlight(b), 7, 'found by its old description too');
    });

    it('should say nothing when nothing changed', async () => {
      const before = state.version;
      setNodes(a, b);
      await settle();
      assert.deepEqual([events, told, state.version], [[], [], before]);
    });

    it('should find the node that an event names: exactly, else by an address that only one has', () => {
      setNodes(a, testInfo(1, { address: '10.0.0.1', port: 9043 }), c);
      assert.equal(state.nodeAt('10.0.0.1', 9043)?.info.hostId, b.hostId);
      assert.equal(state.nodeAt('10.0.0.1', 9999), undefined);
      assert.equal(state.nodeAt('10.0.0.3', 9999)?.info.hostId, c.hostId);
      assert.equal(state.nodeAt('10.0.0.77', 9042), undefined);
    });
  });

  describe('up and down', () => {
    it('should stay up while one connection lives, whatever gossip says', () => {
      const connection = new FakeConnection().real;
      state.connectionOpened(nodeOf(a), connection);
      state.saidDown(nodeOf(a));
      assert.equal(state.isUp(a), true);
      state.poolFailing(nodeOf(a), true);
      assert.equal(state.isUp(a), true, 'another session may fail');
      state.connectionClosed(nodeOf(a), connection);
      assert.equal(state.isUp(a), false);
    });

    it('should be down when nobody can connect, even if gossip says up, and up with the first connection', async () => {
      state.poolFailing(nodeOf(a), true);
      assert.equal(state.isUp(a), false);
      state.saidUp(nodeOf(a));
      assert.equal(state.isUp(a), false);
      assert.deepEqual(told, ['up 10.0.0.1:9042']);
      await clock.advance(500);
      state.connectionOpened(nodeOf(a), new FakeConnection().real);
      assert.equal(state.isUp(a), true);
      assert.equal(state.upSinceMs(a), 500);
      await settle();
      assert.deepEqual(events, ['down 10.0.0.1:9042', 'up 10.0.0.1:9042']);
      assert.equal(told.length, 2, 'others who try to connect hear of it');
    });

    it('should bring a node that was added up with its first connection, and spare it while it warms up', async () => {
      setNodes(a, b, c);
      const node = nodeOf(c);
      assert.equal(state.isUp(c), false);
      await clock.advance(250);
      state.poolFailing(node, true);
      await settle();
      assert.deepEqual(events.splice(0), ['added 10.0.0.3:9042', 'topology'], 'one that was never up does not go down');
      state.connectionOpened(node, new FakeConnection().real);
      state.poolFailing(node, false);
      await settle();
      assert.deepEqual(events, ['up 10.0.0.3:9042']);
      assert.deepEqual([state.isUp(c), state.upSinceMs(c)], [true, 250]);
    });

    it('should take a node that was added to be up where nobody will try', async () => {
      state.useDistances((info) => (info.hostId === c.hostId ? 'ignored' : 'local'));
      setNodes(a, b, c);
      await settle();
      assert.deepEqual(events, ['added 10.0.0.3:9042', 'up 10.0.0.3:9042', 'topology']);
      assert.equal(state.isUp(c), true);
    });

    it('should follow gossip where nobody has tried to connect', async () => {
      state.saidDown(nodeOf(a));
      assert.equal(state.isUp(a), false);
      state.saidUp(nodeOf(a));
      assert.equal(state.isUp(a), true);
      await settle();
      assert.deepEqual(events, ['down 10.0.0.1:9042', 'up 10.0.0.1:9042']);
    });

    it('should not change when those who used or tried it are closed', async () => {
      const connection = new FakeConnection().real;
      state.connectionOpened(nodeOf(a), connection);
      state.connectionClosed(nodeOf(a), connection);
      assert.equal(state.isUp(a), true);
      state.poolFailing(nodeOf(b), true);
      state.poolFailing(nodeOf(b), false);
      assert.equal(state.isUp(b), false);
      await settle();
      assert.deepEqual(events, ['down 10.0.0.2:9042']);
    });

    it('should be down as long as any of those who try fails', () => {
      state.poolFailing(nodeOf(a), true);
      state.poolFailing(nodeOf(a), true);
      state.poolFailing(nodeOf(a), false);
      state.saidUp(nodeOf(a));
      assert.equal(state.isUp(a), false);
      state.poolFailing(nodeOf(a), false);
      state.saidUp(nodeOf(a));
      assert.equal(state.isUp(a), true);
    });

    it('should say nothing of a node that was removed', async () => {
      const gone = nodeOf(b);
      setNodes(a);
      await settle();
      events.length = 0;
      state.poolFailing(gone, true);
      state.poolFailing(gone, false);
      await settle();
      assert.deepEqual(events, []);
    });
  });

  describe('distances', () => {
    it('should ask again whenever the view has changed, and tell of changes', async () => {
      let far: NodeDistance = 'remote';
      state.useDistances((node) => (node.hostId === a.hostId ? 'local' : far));
      assert.deepEqual(told, ['remote 10.0.0.2:9042']);
      far = 'ignored';
      state.saidDown(nodeOf(a));
      await settle();
      assert.deepEqual(told, ['remote 10.0.0.2:9042', 'ignored 10.0.0.2:9042']);
      setNodes(a, b, c);
      assert.equal(nodeOf(c).distance, 'ignored', 'known when the node is told of');
    });
  });

  describe('listeners', () => {
    it('should survive one that throws', async () => {
      listener.nodeDown = (): void => {
        throw new Error('broken listener');
      };
      state.saidDown(nodeOf(a));
      state.saidDown(nodeOf(b));
      setNodes(a);
      await settle();
      assert.deepEqual(events, ['removed 10.0.0.2:9042', 'topology']);
      assert.deepEqual(errors, ['nodeDown', 'nodeDown']);
    });

    it('should be called after the work at hand, so that it may change anything', () => {
      state.saidDown(nodeOf(a));
      assert.deepEqual(events, []);
    });
  });
});
