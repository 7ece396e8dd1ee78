import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sleep } from '../../../src/cluster/waiting.ts';
import { ConfigurationError, NoHostAvailableError, SessionClosedError } from '../../../src/errors/index.ts';
import { DefaultLoadBalancingPolicy } from '../../../src/policies/index.ts';
import { delayed, error, never, rows, type ScriptedServer, t, uuidOf } from '../../support/index.ts';
import { WatchHarness, type WatchHarnessOptions } from './watch-harness.ts';

const nothing = { links: 0, timers: 0 };

async function connected(options: WatchHarnessOptions = {}): Promise<WatchHarness> {
  const harness = await WatchHarness.start(options);
  await harness.connect();
  return harness;
}

function serverAt(harness: WatchHarness, address: string | undefined): ScriptedServer {
  const server = harness.cluster.nodes.find((node) => node.host === address);
  assert.ok(server, `a server at ${address}`);
  return server;
}

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
      const one = await connected({ cluster, contacts: ['10.0.0.2'] });
      assert.equal(one.watch.state.localDataCenter, 'dc2');
      await one.close();
      const wrong = await WatchHarness.start({ cluster, localDataCenter: 'dc9' });
      await assert.rejects(wrong.clock.settle(wrong.watch.start()), /dc9.*dc1, dc2/);
      assert.deepEqual(await wrong.close(), nothing);
    });

    it('should show policies the whole cluster when they begin, and take the nearest of their distances', async () => {
      const harness = await connected({
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

  describe('versions', () => {
    const old = { versions: [3, 4], releaseVersion: '3.11.16', hasPeersV2: false };

    it('should be the highest that all nodes of a mixed cluster speak, whichever is asked first', async () => {
      for (const contact of ['10.0.0.1', '10.0.0.2']) {
        const harness = await connected({ cluster: { nodes: [old, {}, {}] }, contacts: [contact] });
        assert.equal(harness.watch.protocolVersion, 4);
        assert.equal(harness.watch.controlConnection?.protocolVersion, 4);
        await harness.session();
        assert.deepEqual(harness.upAddresses, ['10.0.0.1', '10.0.0.2', '10.0.0.3']);
        assert.deepEqual(harness.cluster.faults, []);
        assert.deepEqual(await harness.close(), nothing);
      }
    });

    it('should be the one that the application has set, even where nodes do not speak it', async () => {
      const harness = await connected({ cluster: { nodes: [{}, old, {}] }, protocolVersion: 5 });
      assert.equal(harness.watch.protocolVersion, 5);
      assert.ok(harness.warnings.some((line) => line.includes('protocolVersion')));
      await harness.session();
      assert.deepEqual(harness.upAddresses, ['10.0.0.1', '10.0.0.3']);
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should stay when a node joins that does not speak it: the node is passed over', async () => {
      const harness = await connected();
      const pools = await harness.session();
      await harness.cluster.addNode(old);
      await harness.clock.advance(5000);
      assert.equal(harness.watch.protocolVersion, 5);
      assert.deepEqual(harness.upAddresses, ['10.0.0.1', '10.0.0.2', '10.0.0.3']);
      assert.match(pools.poolOf(harness.node('10.0.0.4'))?.lastError?.message ?? '', /version/);
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should read system.peers where there is no peers_v2', async () => {
      const harness = await connected({ cluster: { nodes: [old, old] } });
      assert.deepEqual(harness.addresses, ['10.0.0.1', '10.0.0.2']);
      assert.equal(harness.watch.protocolVersion, 4);
      await harness.close();
    });
  });

  describe('the system tables', () => {
    it('should leave out dead peers with null columns, with one warning', async () => {
      const harness = await WatchHarness.start();
      harness.cluster.ghosts.push({ ...harness.cluster.node(0).node, address: '10.0.0.99', complete: false });
      await harness.connect();
      await harness.clock.settle(harness.watch.refresh());
      assert.deepEqual(harness.addresses, ['10.0.0.1', '10.0.0.2', '10.0.0.3']);
      assert.equal(harness.warnings.filter((line) => line.includes('not complete')).length, 1);
      await harness.close();
    });

    it('should tell nodes apart that share an address', async () => {
      const harness = await WatchHarness.start({
        cluster: { nodes: 3, addressing: 'ports', port: 9042 },
        contacts: [],
      });
      const points = harness.cluster.nodes.map((node) => ({ host: node.host, port: node.port }));
      await harness.close();
      const other = await WatchHarness.start({
        cluster: { nodes: 3, addressing: 'ports' },
        contactPoints: points.slice(0, 1),
      });
      await other.connect();
      assert.equal(new Set(other.watch.state.nodes.map((node) => node.endPoint)).size, 3);
      await other.session();
      await other.cluster.stopNode(other.cluster.node(1));
      await other.clock.advance(3000);
      assert.deepEqual(other.events, [`down ${other.cluster.node(1).host}`]);
      assert.equal(other.watch.state.nodes.filter((node) => other.watch.state.isUp(node)).length, 2);
      assert.deepEqual(await other.close(), nothing);
    });

    it('should warn when tokens cannot be computed', async () => {
      const harness = await connected({ cluster: { partitioner: 'org.apache.cassandra.dht.RandomPartitioner' } });
      assert.ok(harness.warnings.some((line) => line.includes('partitioner')));
      assert.equal(harness.watch.metadata.tokenMap.ring.size, 0);
      await harness.close();
    });
  });

  describe('events', () => {
    it('should add a node that joins, with its tokens, and connect to it', async () => {
      const harness = await connected();
      const pools = await harness.session();
      await harness.cluster.addNode();
      await harness.clock.advance(2000);
      assert.deepEqual(harness.events, ['added 10.0.0.4', 'topology', 'up 10.0.0.4']);
      assert.equal(harness.watch.metadata.tokenMap.ring.size, 16);
      assert.notEqual(pools.next(harness.node('10.0.0.4')), null);
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should remove a node that leaves, and close its connections', async () => {
      const harness = await connected();
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
      const harness = await connected();
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
      const harness = await connected();
      harness.cluster.pushEvent({ type: 'TOPOLOGY_CHANGE', change: 'NEW_NODE', address: '10.0.0.4', port: 9042 });
      await harness.clock.advance(2500);
      await harness.cluster.addNode();
      serverAt(harness, '10.0.0.4').node.complete = true;
      await harness.clock.advance(4000);
      assert.deepEqual(harness.addresses, ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4']);
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should read again after news of a node that nobody has heard of, and stop when it is closed', async () => {
      const harness = await connected();
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
      const harness = await connected();
      await harness.session();
      harness.cluster.pushEvent({ type: 'STATUS_CHANGE', change: 'DOWN', address: '10.0.0.2', port: 9042 });
      await harness.clock.advance(3000);
      assert.deepEqual(harness.events, []);
      assert.deepEqual(harness.upAddresses.length, 3);
      await harness.close();
    });

    it('should see nodes go down and come back by their connections, even if nobody tells', async () => {
      const harness = await connected();
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
      const harness = await connected();
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
      const harness = await connected();
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
      const harness = await connected();
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

  describe('loss of the control connection', () => {
    it('should choose another node at once and miss nothing that happened meanwhile', async () => {
      const harness = await connected();
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
      const harness = await connected({ cluster: { nodes: 1 } });
      await harness.cluster.stopNode(harness.cluster.node(0), { silently: true });
      await harness.clock.advance(5000);
      assert.deepEqual(harness.events, ['down 10.0.0.1']);
      await harness.cluster.startNode(harness.cluster.node(0), { silently: true });
      await harness.clock.advance(60_000);
      assert.deepEqual(harness.events, ['down 10.0.0.1', 'up 10.0.0.1']);
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should leave a node that accepts requests but answers none', async () => {
      const harness = await connected();
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
      const harness = await connected();
      harness.cluster.node(0).when(/system\./, error('overloaded'));
      harness.cluster.pushEvent({ type: 'TOPOLOGY_CHANGE', change: 'MOVED_NODE', address: '10.0.0.2', port: 9042 });
      await harness.clock.advance(3000);
      assert.notEqual(harness.controlHost, '10.0.0.1');
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should go on for as long as no node can be reached, with bounded effort, and recover', async () => {
      const harness = await connected();
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
      const harness = await connected();
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

  describe('addresses', () => {
    it('should connect to what the translator makes of them', async () => {
      const harness = await WatchHarness.start({
        cluster: { nodes: [{ host: '192.168.0.1' }, { host: '192.168.0.2' }] },
        contacts: ['public-1'],
        addressTranslator: { translate: async ({ address, port }) => ({ host: `public-${address.at(-1)}`, port }) },
      });
      harness.network.name('public-1', ['192.168.0.1']);
      harness.network.name('public-2', ['192.168.0.2']);
      await harness.connect();
      const pools = await harness.session();
      assert.equal(pools.next(harness.node('192.168.0.2'))?.endPoint.host, 'public-2');
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should reach a node behind a forwarded port as the contact point does', async () => {
      const harness = await WatchHarness.start({
        cluster: { nodes: 1, firstAddress: '172.17.0.2' },
        contacts: ['localhost-forward'],
      });
      harness.network.name('localhost-forward', ['127.0.0.1']);
      const { network } = harness;
      // Only the forwarded port answers; the container's own address does not.
      const connect = network.connect.bind(network);
      network.connect = (endPoint, tls, handler) =>
        connect(
          endPoint.host === '127.0.0.1' ? { ...endPoint, host: '172.17.0.2' } : { ...endPoint, host: '203.0.113.1' },
          tls,
          handler,
        );
      await harness.connect();
      const pools = await harness.session();
      assert.equal(pools.next(harness.node('172.17.0.2'))?.endPoint.host, '127.0.0.1');
      assert.ok(harness.warnings.some((line) => line.includes('cannot be reached at the address it advertises')));
      const node = harness.watch.state.nodeOf(harness.node('172.17.0.2'));
      await harness.cluster.stopNode(harness.cluster.node(0), { silently: true });
      await harness.clock.advance(1);
      assert.equal(node?.detour, null, 'that way is known while the control connection takes it only');
      assert.deepEqual(await harness.close(), nothing);
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
      const harness = await connected();
      assert.equal(harness.watch.close(), harness.watch.close());
      await harness.close();
      await assert.rejects(harness.watch.start(), SessionClosedError);
    });
  });
});
