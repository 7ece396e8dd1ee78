import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { delayed, rows, t, uuidOf } from '../../support/index.ts';
import { nothing, WatchHarness } from './watch-harness.ts';

describe('ClusterWatch', () => {
  describe('events', () => {
    it('should add a node that joins, with its tokens, and connect to it', async () => {
      const harness = await WatchHarness.connected();
      const pools = await harness.session();
      await harness.cluster.addNode();
      await harness.clock.advance(2000);
      assert.deepEqual(harness.events, ['added 10.0.0.4', 'topology', 'up 10.0.0.4']);
      assert.equal(harness.watch.metadata.tokenMap.ring.size, 16);
      assert.notEqual(pools.next(harness.node('10.0.0.4')), null);
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should remove a node that leaves, and close its connections', async () => {
      const harness = await WatchHarness.connected();
      await harness.session();
      await harness.cluster.removeNode(harness.cluster.node(2));
      await harness.clock.advance(2000);
      assert.deepEqual(harness.events, ['down 10.0.0.3', 'removed 10.0.0.3', 'topology']);
      assert.deepEqual(harness.addresses, ['10.0.0.1', '10.0.0.2']);
      assert.equal(harness.watch.metadata.tokenMap.ring.size, 8);
      const { connects } = harness.network;
      await harness.clock.advance(60_000);
      assert.equal(harness.network.connects, connects, 'nobody tries it any more');
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should read the nodes once for a burst of events', async () => {
      const harness = await WatchHarness.connected();
      const reads = (): number => harness.cluster.nodes.reduce((sum, node) => sum + node.log.of(/peers/).length, 0);
      const before = reads();
      for (let i = 0; i < 19; i++)
        harness.cluster.pushEvent({ type: 'TOPOLOGY_CHANGE', change: 'MOVED_NODE', address: '10.0.0.2', port: 9042 });
      await harness.clock.advance(1100);
      assert.equal(reads() - before, 1);
      for (let i = 0; i < 1000; i++)
        harness.cluster.pushEvent({ type: 'TOPOLOGY_CHANGE', change: 'MOVED_NODE', address: '10.0.0.2', port: 9042 });
      await harness.clock.advance(5000);
      assert.ok(reads() - before <= 4, `${reads() - before} readings for 1,019 events`);
      await harness.close();
    });

    it('should read again when the system tables lag behind an event', async () => {
      const harness = await WatchHarness.connected();
      harness.cluster.pushEvent({ type: 'TOPOLOGY_CHANGE', change: 'NEW_NODE', address: '10.0.0.4', port: 9042 });
      await harness.clock.advance(2500);
      await harness.cluster.addNode();
      const added = harness.cluster.nodes.find((node) => node.host === '10.0.0.4');
      assert.ok(added);
      added.node.complete = true;
      await harness.clock.advance(4000);
      assert.deepEqual(harness.addresses, ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4']);
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should read again after news of a node that nobody has heard of, and stop when it is closed', async () => {
      const harness = await WatchHarness.connected();
      harness.cluster.pushEvent({ type: 'STATUS_CHANGE', change: 'UP', address: '10.0.0.9', port: 9042 });
      await harness.clock.advance(1500);
      harness.cluster.ghosts.push({ ...harness.cluster.node(0).node, hostId: uuidOf('ghost'), address: '10.0.0.9' });
      await harness.clock.advance(1000);
      assert.ok(harness.addresses.includes('10.0.0.9'));
      harness.cluster.pushEvent({ type: 'TOPOLOGY_CHANGE', change: 'NEW_NODE', address: '10.0.0.10', port: 9042 });
      await harness.clock.advance(1500);
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should not lose events that come before the first reading is over', async () => {
      const harness = await WatchHarness.start();
      harness.cluster
        .node(0)
        .when(/system_schema/, delayed(50, rows({ keyspace_name: t.text, replication: t.map(t.text, t.text) }, [])));
      const starting = harness.watch.start();
      await harness.clock.advance(40);
      harness.cluster.pushEvent({ type: 'STATUS_CHANGE', change: 'DOWN', address: '10.0.0.3', port: 9042 });
      await harness.clock.settle(starting);
      assert.deepEqual(harness.upAddresses, ['10.0.0.1', '10.0.0.2']);
      await harness.close();
    });

    it('should ignore that gossip calls a node down to which connections live', async () => {
      const harness = await WatchHarness.connected();
      await harness.session();
      harness.cluster.pushEvent({ type: 'STATUS_CHANGE', change: 'DOWN', address: '10.0.0.2', port: 9042 });
      await harness.clock.advance(3000);
      assert.deepEqual(harness.events, []);
      assert.deepEqual(harness.upAddresses.length, 3);
      await harness.close();
    });

    it('should see nodes go down and come back by their connections, even if nobody tells', async () => {
      const harness = await WatchHarness.connected();
      const pools = await harness.session(2);
      const server = harness.cluster.node(1);
      await harness.cluster.stopNode(server, { silently: true });
      await harness.clock.advance(10);
      assert.deepEqual(harness.events, ['down 10.0.0.2']);
      await harness.clock.advance(60_000);
      await harness.cluster.startNode(server, { silently: true });
      await harness.clock.advance(64_000);
      assert.deepEqual(harness.events, ['down 10.0.0.2', 'up 10.0.0.2']);
      assert.equal(pools.poolOf(harness.node('10.0.0.2'))?.openCount, 2);
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should be back within milliseconds of the event that says so', async () => {
      const harness = await WatchHarness.connected();
      await harness.session();
      const server = harness.cluster.node(1);
      await harness.cluster.stopNode(server);
      await harness.clock.advance(200_000);
      harness.events.length = 0;
      await harness.cluster.startNode(server);
      await harness.clock.advance(20);
      assert.deepEqual(harness.events, ['up 10.0.0.2']);
      await harness.close();
    });

    it('should recognise a node that returns under another address', async () => {
      const harness = await WatchHarness.connected();
      const pools = await harness.session();
      const before = harness.node('10.0.0.2');
      const server = harness.cluster.node(1);
      await harness.cluster.stopNode(server);
      await harness.clock.advance(5000);
      await harness.cluster.startNode(server, { address: '10.0.7.7' });
      await harness.clock.advance(2000);
      const after = harness.node('10.0.7.7');
      assert.equal(after.hostId, before.hostId);
      assert.equal(after.slot, before.slot);
      assert.deepEqual(harness.events, ['down 10.0.0.2', 'topology', 'up 10.0.7.7']);
      assert.equal(pools.next(after)?.endPoint.host, '10.0.7.7');
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should tell of schema changes once the metadata has them', async () => {
      const harness = await WatchHarness.connected();
      harness.cluster.schema.addKeyspace('shop', { class: 'SimpleStrategy', replication_factor: '1' });
      harness.cluster.pushEvent({ type: 'SCHEMA_CHANGE', changeType: 'CREATED', target: 'KEYSPACE', keyspace: 'shop' });
      await harness.clock.advance(490);
      assert.deepEqual(harness.events, []);
      await harness.clock.advance(600);
      assert.deepEqual([...harness.events], ['CREATED KEYSPACE shop.']);
      assert.ok(harness.watch.metadata.keyspaces.has('shop'));
      await harness.close();
    });
  });
});
