import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sleep } from '../../../src/cluster/waiting.ts';
import { error } from '../../support/index.ts';
import { nothing, WatchHarness } from './watch-harness.ts';

describe('ClusterWatch', () => {
  describe('loss of the control connection', () => {
    it('should choose another node at once and miss nothing that happened meanwhile', async () => {
      const harness = await WatchHarness.connected();
      await harness.session();
      assert.equal(harness.controlHost, '10.0.0.1');
      const gone = harness.cluster.node(0);
      await harness.cluster.stopNode(gone, { silently: true });
      await harness.cluster.addNode();
      await harness.clock.advance(500);
      assert.notEqual(harness.controlHost, '10.0.0.1');
      assert.deepEqual(harness.events, ['down 10.0.0.1', 'added 10.0.0.4', 'topology', 'up 10.0.0.4']);
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should not take in a reading of the old connection that is late', async () => {
      let translationMs = 0;
      const harness = await WatchHarness.start({
        addressTranslator: {
          translate: async ({ address, port }) => {
            if (translationMs > 0) await sleep(harness.clock, translationMs);
            return { host: address, port };
          },
        },
      });
      await harness.connect();
      translationMs = 4000;
      harness.cluster.pushEvent({ type: 'TOPOLOGY_CHANGE', change: 'MOVED_NODE', address: '10.0.0.2', port: 9042 });
      await harness.clock.advance(1500);
      translationMs = 0;
      await harness.cluster.addNode();
      await harness.cluster.stopNode(harness.cluster.node(0), { silently: true });
      await harness.clock.advance(1000);
      assert.equal(harness.addresses.length, 4);
      await harness.clock.advance(5000);
      assert.equal(harness.addresses.length, 4);
      assert.equal(harness.events.filter((event) => event.startsWith('removed')).length, 0);
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should see nodes down that it cannot reach itself, where no session tries', async () => {
      const harness = await WatchHarness.connected({ cluster: { nodes: 1 } });
      await harness.cluster.stopNode(harness.cluster.node(0), { silently: true });
      await harness.clock.advance(5000);
      assert.deepEqual(harness.events, ['down 10.0.0.1']);
      await harness.cluster.startNode(harness.cluster.node(0), { silently: true });
      await harness.clock.advance(60_000);
      assert.deepEqual(harness.events, ['down 10.0.0.1', 'up 10.0.0.1']);
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should leave a node that accepts requests but answers none', async () => {
      const harness = await WatchHarness.connected();
      await harness.session();
      harness.cluster.node(0).freeze();
      await harness.clock.advance(40_000);
      assert.notEqual(harness.controlHost, '10.0.0.1');
      assert.equal(harness.watch.state.isUp(harness.node('10.0.0.1')), false);
      harness.cluster.node(0).thaw();
      await harness.clock.advance(30_000);
      assert.equal(harness.watch.state.isUp(harness.node('10.0.0.1')), true);
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should leave a node that cannot be asked for the cluster any more', async () => {
      const harness = await WatchHarness.connected();
      harness.cluster.node(0).when(/system\./, error('overloaded'));
      harness.cluster.pushEvent({ type: 'TOPOLOGY_CHANGE', change: 'MOVED_NODE', address: '10.0.0.2', port: 9042 });
      await harness.clock.advance(3000);
      assert.notEqual(harness.controlHost, '10.0.0.1');
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should go on for as long as no node can be reached, with bounded effort, and recover', async () => {
      const harness = await WatchHarness.connected();
      await harness.session();
      for (const node of harness.cluster.nodes) await harness.cluster.stopNode(node, { silently: true });
      const before = harness.network.connects;
      await harness.clock.advance(600_000);
      assert.equal(harness.watch.controlConnection, null);
      assert.deepEqual(harness.upAddresses, []);
      const perMinute = (harness.network.connects - before) / 10;
      assert.ok(perMinute < 40, `${perMinute} attempts a minute`);
      for (const node of harness.cluster.nodes) await harness.cluster.startNode(node, { silently: true });
      await harness.clock.advance(61_000);
      assert.deepEqual(harness.upAddresses.length, 3);
      assert.notEqual(harness.watch.controlConnection, null);
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should come back with all other nodes as soon as one of them is back', async () => {
      const harness = await WatchHarness.connected();
      await harness.session();
      for (const node of harness.cluster.nodes) await harness.cluster.stopNode(node, { silently: true });
      await harness.clock.advance(300_000);
      for (const node of harness.cluster.nodes) await harness.cluster.startNode(node, { silently: true });
      await harness.clock.runUntil(() => harness.upAddresses.length > 0);
      await harness.clock.advance(50);
      assert.notEqual(harness.watch.controlConnection, null, 'the control connection does not wait any longer');
      await harness.close();
    });

    it('should find the cluster again when all addresses have changed', async () => {
      const harness = await WatchHarness.start({ contacts: ['db.internal'] });
      harness.network.name('db.internal', ['10.0.0.1', '10.0.0.2', '10.0.0.3']);
      await harness.connect();
      const pools = await harness.session();
      const before = new Map(harness.watch.state.nodes.map((node) => [node.hostId, node]));
      for (const node of harness.cluster.nodes) await harness.cluster.stopNode(node, { silently: true });
      for (const [i, node] of harness.cluster.nodes.entries())
        await harness.cluster.startNode(node, { address: `10.1.0.${i + 1}`, silently: true });
      harness.network.name('db.internal', ['10.1.0.1', '10.1.0.2', '10.1.0.3']);
      await harness.clock.advance(10_000);
      assert.deepEqual(harness.addresses, ['10.1.0.1', '10.1.0.2', '10.1.0.3']);
      for (const node of harness.watch.state.nodes) {
        assert.equal(node.slot, before.get(node.hostId)?.slot);
        assert.equal(pools.next(node)?.endPoint.host, node.address);
      }
      assert.deepEqual(
        harness.events.filter((event) => /added|removed/.test(event)),
        [],
      );
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should not take a node of another cluster for its own', async () => {
      const harness = await WatchHarness.start({
        cluster: { nodes: [{}, { clusterName: 'other' }] },
        contacts: ['10.0.0.1'],
      });
      await harness.connect();
      await harness.cluster.stopNode(harness.cluster.node(0), { silently: true });
      await harness.clock.advance(30_000);
      assert.equal(harness.watch.controlConnection, null);
      assert.ok(harness.warnings.some((line) => line.includes('belongs to the cluster "other", not to "scripted"')));
      await harness.cluster.startNode(harness.cluster.node(0));
      await harness.clock.advance(61_000);
      assert.equal(harness.controlHost, '10.0.0.1');
      assert.deepEqual(await harness.close(), nothing);
    });
  });
});
