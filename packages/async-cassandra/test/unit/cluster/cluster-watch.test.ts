import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationError, NoHostAvailableError, SessionClosedError } from '../../../src/errors/index.ts';
import { DefaultLoadBalancingPolicy } from '../../../src/policies/index.ts';
import { delayed, never, rows, t } from '../../support/index.ts';
import { nothing, WatchHarness } from './watch-harness.ts';

describe('ClusterWatch', () => {
  describe('first contact', () => {
    it('should find all nodes, the ring and the replication of keyspaces', async () => {
      const harness = await WatchHarness.start({ cluster: { nodes: { dc1: 2, dc2: 1 } } });
      harness.cluster.schema.addKeyspace('shop', { class: 'NetworkTopologyStrategy', dc1: '2', dc2: '1' });
      await harness.connect();
      const { state, metadata } = harness.watch;
      assert.deepEqual(harness.addresses, ['10.0.0.1', '10.0.0.2', '10.0.0.3']);
      assert.equal(state.localDataCenter, 'dc1');
      assert.equal(harness.watch.protocolVersion, 5);
      assert.equal(metadata.clusterName, 'scripted');
      assert.equal(metadata.tokenMap.ring.size, 12);
      const key = Buffer.from('key');
      const replicas = harness.watch.replicas('shop', key, 0, key.length);
      assert.equal(replicas.length, 3);
      assert.ok(replicas.every((node) => state.nodeOf(node) !== undefined));
      assert.deepEqual(harness.watch.replicas('unknown', key, 0, key.length), []);
      await harness.clock.advance(10);
      assert.deepEqual(harness.events, [], 'what is there at first is no news');
      assert.deepEqual(harness.cluster.faults, []);
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should be made once for all who ask at the same time', async () => {
      const harness = await WatchHarness.start();
      await harness.clock.settle(Promise.all([harness.watch.start(), harness.watch.start(), harness.watch.start()]));
      assert.equal(harness.network.connects, 1);
      await harness.close();
    });

    it('should pass over contact points that are dead, silent or unknown', async () => {
      const harness = await WatchHarness.start({ contacts: ['nowhere.internal', '10.0.0.77', '10.0.0.2', '10.0.0.3'] });
      harness.network.blackHole('10.0.0.2');
      await harness.connect();
      assert.equal(harness.controlHost, '10.0.0.3');
      assert.ok(harness.clock.now() < 1100, 'a silent one costs half a second');
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should fail with the error of each contact point, and work when it is tried again', async () => {
      const harness = await WatchHarness.start({ contacts: ['nowhere.internal', '10.0.0.1'] });
      await harness.cluster.stopNode(harness.cluster.node(0), { silently: true });
      await assert.rejects(harness.clock.settle(harness.watch.start()), (failure) => {
        assert.ok(failure instanceof NoHostAvailableError);
        assert.deepEqual(Object.keys(failure.errors).sort(), ['10.0.0.1:9042', 'nowhere.internal:9042']);
        return true;
      });
      assert.equal(harness.clock.pending, 0);
      await harness.cluster.startNode(harness.cluster.node(0));
      await harness.connect();
      assert.equal(harness.addresses.length, 3);
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should pass over nodes that are not ready, or no nodes of Cassandra at all, and say so', async () => {
      const harness = await WatchHarness.start({ contacts: ['10.0.0.1', '10.0.0.2'] });
      const columns = { key: t.text, cluster_name: t.text, host_id: t.uuid, data_center: t.text, rack: t.text };
      harness.cluster.node(0).when(/system\.local/, rows(columns, [['local', 'scripted', null, 'dc1', null]]));
      harness.cluster.node(1).when(/system\.local/, rows(columns, []));
      await assert.rejects(harness.clock.settle(harness.watch.start()), (failure) => {
        assert.ok(failure instanceof NoHostAvailableError);
        assert.match(failure.errors['10.0.0.1:9042']?.message ?? '', /is not ready: .* lacks host_id, rack/);
        assert.match(failure.errors['10.0.0.2:9042']?.message ?? '', /does not describe itself/);
        return true;
      });
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should not accept a node that answers nothing about the cluster', async () => {
      const harness = await WatchHarness.start({ contacts: ['10.0.0.1', '10.0.0.2'] });
      harness.cluster.node(0).when(/system\.local/, never());
      await harness.connect();
      assert.equal(harness.controlHost, '10.0.0.2');
      assert.equal(harness.network.openLinks('10.0.0.1').length, 0);
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should take the data centre that all contact points share, and refuse to guess', async () => {
      const cluster = { nodes: { dc1: 1, dc2: 1 } };
      const both = await WatchHarness.start({ cluster, contacts: ['10.0.0.1', '10.0.0.2'] });
      await assert.rejects(both.clock.settle(both.watch.start()), ConfigurationError);
      assert.deepEqual(await both.close(), nothing);
      const one = await WatchHarness.connected({ cluster, contacts: ['10.0.0.2'] });
      assert.equal(one.watch.state.localDataCenter, 'dc2');
      await one.close();
      const wrong = await WatchHarness.start({ cluster, localDataCenter: 'dc9' });
      await assert.rejects(wrong.clock.settle(wrong.watch.start()), /dc9.*dc1, dc2/);
      assert.deepEqual(await wrong.close(), nothing);
    });

    it('should show policies the whole cluster when they begin, and take the nearest of their distances', async () => {
      const harness = await WatchHarness.connected({
        cluster: { nodes: { dc1: 2, dc2: 1 } },
        loadBalancingPolicies: [new DefaultLoadBalancingPolicy()],
      });
      const distances = [...harness.watch.state.clusterNodes()].map((node) => [node.info.dataCenter, node.distance]);
      assert.deepEqual(distances, [
        ['dc1', 'local'],
        ['dc1', 'local'],
        ['dc2', 'ignored'],
      ]);
      await harness.close();
    });
  });

  describe('close', () => {
    it('should leave nothing at whatever moment it comes while connecting', async () => {
      for (let ms = 0; ms <= 30; ms++) {
        const harness = await WatchHarness.start({ contacts: ['10.0.0.99', '10.0.0.1', '10.0.0.2'], seed: ms });
        const starting = harness.watch.start();
        starting.catch(() => undefined);
        await harness.clock.advance(ms / 2);
        assert.deepEqual(await harness.close(), nothing, `after ${ms / 2} ms`);
        await starting.catch((failure: unknown) => assert.ok(failure instanceof SessionClosedError, String(failure)));
      }
    });

    it('should leave nothing while a node does not answer', async () => {
      const harness = await WatchHarness.start();
      harness.cluster.when(/peers/, delayed(100_000, never()));
      const starting = harness.watch.start();
      starting.catch(() => undefined);
      await harness.clock.advance(1000);
      assert.equal((await harness.close()).links, 0);
      await assert.rejects(starting, SessionClosedError);
    });

    it('should be one end for all who close', async () => {
      const harness = await WatchHarness.connected();
      assert.equal(harness.watch.close(), harness.watch.close());
      await harness.close();
      await assert.rejects(harness.watch.start(), SessionClosedError);
    });
  });
});
