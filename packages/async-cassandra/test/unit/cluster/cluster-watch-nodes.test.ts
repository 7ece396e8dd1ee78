import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nothing, WatchHarness } from './watch-harness.ts';

describe('ClusterWatch', () => {
  describe('versions', () => {
    const old = { versions: [3, 4], releaseVersion: '3.11.16', hasPeersV2: false };

    it('should be the highest that all nodes of a mixed cluster speak, whichever is asked first', async () => {
      for (const contact of ['10.0.0.1', '10.0.0.2']) {
        const harness = await WatchHarness.connected({ cluster: { nodes: [old, {}, {}] }, contacts: [contact] });
        assert.equal(harness.watch.protocolVersion, 4);
        assert.equal(harness.watch.controlConnection?.protocolVersion, 4);
        await harness.session();
        assert.deepEqual(harness.upAddresses, ['10.0.0.1', '10.0.0.2', '10.0.0.3']);
        assert.deepEqual(harness.cluster.faults, []);
        assert.deepEqual(await harness.close(), nothing);
      }
    });

    it('should be the one that the application has set, even where nodes do not speak it', async () => {
      const harness = await WatchHarness.connected({ cluster: { nodes: [{}, old, {}] }, protocolVersion: 5 });
      assert.equal(harness.watch.protocolVersion, 5);
      assert.ok(harness.warnings.some((line) => line.includes('protocolVersion')));
      await harness.session();
      assert.deepEqual(harness.upAddresses, ['10.0.0.1', '10.0.0.3']);
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should stay when a node joins that does not speak it: the node is passed over', async () => {
      const harness = await WatchHarness.connected();
      const pools = await harness.session();
      await harness.cluster.addNode(old);
      await harness.clock.advance(5000);
      assert.equal(harness.watch.protocolVersion, 5);
      assert.deepEqual(harness.upAddresses, ['10.0.0.1', '10.0.0.2', '10.0.0.3']);
      assert.match(pools.poolOf(harness.node('10.0.0.4'))?.lastError?.message ?? '', /version/);
      assert.deepEqual(await harness.close(), nothing);
    });

    it('should read system.peers where there is no peers_v2', async () => {
      const harness = await WatchHarness.connected({ cluster: { nodes: [old, old] } });
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
      const harness = await WatchHarness.connected({
        cluster: { partitioner: 'org.apache.cassandra.dht.RandomPartitioner' },
      });
      assert.ok(harness.warnings.some((line) => line.includes('partitioner')));
      assert.equal(harness.watch.metadata.tokenMap.ring.size, 0);
      await harness.close();
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
});
