import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { Client } from 'cassandra-driver';
import {
  eventually,
  MemoryNetwork,
  rows,
  ScriptedCluster,
  ScriptedServer,
  t,
  TestCertificates,
  VirtualClock,
  WireClient,
} from '../../support/index.ts';
import { rowObjects } from '../../support/wire/index.ts';

describe('ScriptedCluster', () => {
  test('is a cluster to cassandra-driver: nodes, tokens, schema, events', async () => {
    await using cluster = await ScriptedCluster.start({ nodes: { dc1: 2, dc2: 1 }, racks: 2 });
    cluster.schema.addKeyspace('shop', {
      class: 'org.apache.cassandra.locator.NetworkTopologyStrategy',
      dc1: '2',
      dc2: '1',
    });
    const address = t.udt('shop', 'address', { street: t.text, zip: t.int });
    cluster.schema.addType('shop', 'address', { street: t.text, zip: t.int });
    cluster.schema.addTable(
      'shop',
      'orders',
      { id: t.uuid, at: t.timestamp, to: address, items: t.map(t.text, t.list(t.int)) },
      { clusteringKey: ['at'], descending: ['at'] },
    );
    const client = new Client({
      contactPoints: ['127.0.0.1'],
      localDataCenter: 'dc1',
      protocolOptions: { port: cluster.node(0).port },
    });
    try {
      await client.connect();
      const hosts = client.getState().getConnectedHosts().length;
      assert.ok(hosts >= 1);
      assert.deepEqual(
        client.hosts.values().map((host) => [host.datacenter, host.rack]),
        [
          ['dc1', 'rack1'],
          ['dc1', 'rack2'],
          ['dc2', 'rack1'],
        ],
      );
      assert.equal(client.metadata.getReplicas('shop', Buffer.from('key'))?.length, 3);
      const table = await client.metadata.getTable('shop', 'orders');
      assert.deepEqual(
        table.partitionKeys.map(({ name }) => name),
        ['id'],
      );
      assert.deepEqual([table.clusteringKeys[0]?.name, table.clusteringOrder], ['at', ['DESC']]);
      assert.equal(table.columns.length, 4);
      assert.equal((await client.metadata.getUdt('shop', 'address')).fields.length, 2);
      cluster.when('SELECT 1', rows({ n: t.int }, [[1]]));
      assert.equal((await client.execute('SELECT 1')).rows[0]?.['n'], 1);
      const added: string[] = [];
      client.on('hostAdd', (host: { address: string }) => added.push(host.address));
      await cluster.addNode({ dataCenter: 'dc1' });
      await eventually(() => added.length === 1, 5000);
      assert.equal(added[0], `127.0.0.4:${cluster.node(0).port}`);
    } finally {
      await client.shutdown();
    }
    assert.deepEqual(cluster.faults, []);
  });

  test('lives in virtual time: a node stops, moves, returns, and peers tell of it', async () => {
    const clock = new VirtualClock();
    const network = new MemoryNetwork({ timers: clock });
    const cluster = await ScriptedCluster.start({ nodes: 3, network, firstAddress: '10.0.0.1' });
    const client = await clock.settle(WireClient.connect({ host: '10.0.0.1', port: 9042, sockets: network }));
    await cluster.stopNode(cluster.node(1));
    await assert.rejects(
      clock.settle(WireClient.connect({ host: '10.0.0.2', port: 9042, sockets: network })),
      /ECONNREFUSED/,
    );
    await cluster.startNode(cluster.node(1), { address: '10.0.0.77' });
    cluster.setSchemaVersion('next', [cluster.node(2)]);
    cluster.ghosts.push({ ...cluster.node(0).node, address: '10.0.0.99', complete: false });
    const peers = rowObjects(
      await clock.settle(client.query('SELECT peer, native_port, host_id, schema_version FROM system.peers_v2')),
    );
    assert.deepEqual(
      peers.map((row) => row['peer']),
      ['10.0.0.77', '10.0.0.3', '10.0.0.99'],
    );
    assert.deepEqual(
      peers.map((row) => row['native_port']),
      [9042, 9042, null],
    );
    assert.notEqual(peers[0]?.['schema_version'], peers[1]?.['schema_version']);
    const moved = await clock.settle(WireClient.connect({ host: '10.0.0.77', port: 9042, sockets: network }));
    const [self] = rowObjects(await clock.settle(moved.query("SELECT host_id FROM system.local WHERE key='local'")));
    assert.equal(self?.['host_id'], peers[0]?.['host_id']);
    await cluster.removeNode(cluster.node(2));
    assert.equal(rowObjects(await clock.settle(client.query('SELECT * FROM system.peers'))).length, 2);
  });

  test('may mix versions', async () => {
    await using cluster = await ScriptedCluster.start({
      nodes: [{ versions: [3, 4], releaseVersion: '3.11.2', hasPeersV2: false }, {}],
      addressing: 'ports',
    });
    const [old, young] = [cluster.node(0), cluster.node(1)];
    assert.equal(old.host, young.host);
    await assert.rejects(WireClient.connect({ host: old.host, port: old.port }), /unsupported protocol version/);
    const client = await WireClient.connect({ host: old.host, port: old.port, version: 4 });
    assert.equal((await client.query('SELECT * FROM system.peers_v2')).kind, 'error');
    client.close();
    const other = await WireClient.connect({ host: young.host, port: young.port });
    assert.deepEqual(rowObjects(await other.query('SELECT native_port, release_version FROM system.peers_v2')), [
      { native_port: old.port, release_version: '3.11.2' },
    ]);
    other.close();
  });
});

describe('TestCertificates', () => {
  const made = TestCertificates.create();
  after(async () => (await made).dispose());

  const authorizationError = async (server: ScriptedServer, options: { servername?: string } = {}): Promise<string> => {
    const { ca } = await made;
    return new Promise((resolve) => {
      const socket = connectTls({ host: server.host, port: server.port, ca, ...options }, () => {
        socket.destroy();
        resolve('');
      });
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
  };

  test('make servers that TLS clients accept or refuse, by name and by address', async () => {
    const certificates = await made;
    const byAddress = await certificates.server(['IP:127.0.0.1']);
    const byName = await certificates.server(['DNS:node1.cassandra.test']);
    await using first = await ScriptedServer.start({ tls: byAddress });
    await using second = await ScriptedServer.start({ tls: byName });
    await using third = await ScriptedServer.start({
      tls: await certificates.server(['IP:127.0.0.1'], { expired: true }),
    });
    assert.equal(await authorizationError(first), '');
    assert.equal(await authorizationError(second), 'ERR_TLS_CERT_ALTNAME_INVALID');
    assert.equal(await authorizationError(second, { servername: 'node1.cassandra.test' }), '');
    assert.equal(await authorizationError(third), 'CERT_HAS_EXPIRED');
  });

  test('serve CQL over TLS, with client certificates', async () => {
    const certificates = await made;
    const pair = await certificates.server(['IP:127.0.0.1']);
    await using server = await ScriptedServer.start({
      tls: { ...pair, ca: certificates.ca, requestCert: true, rejectUnauthorized: true },
    });
    const own = await certificates.client();
    const client = await WireClient.connect({
      host: server.host,
      port: server.port,
      tls: { ca: certificates.ca, ...own },
    });
    assert.equal((await client.query("SELECT cluster_name FROM system.local WHERE key = 'local'")).kind, 'rows');
    client.close();
    await assert.rejects(WireClient.connect({ host: server.host, port: server.port, tls: { ca: certificates.ca } }));
  });
});
