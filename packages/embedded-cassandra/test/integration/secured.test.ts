import assert from 'node:assert/strict';
import type { X509Certificate } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { connect } from 'node:tls';
import { auth, Client } from 'cassandra-driver';
import { EmbeddedCluster } from '../../src/index.ts';
import { driverFor, driverOptions, types } from '../support/driver.ts';

describe('two data centres with passwords and certificates', () => {
  let cluster: EmbeddedCluster;
  let client: Client;

  before(async () => {
    cluster = await EmbeddedCluster.start({
      dataCenters: { east: 1, west: 1 },
      addresses: 'distinct',
      auth: true,
      tls: { clientAuth: true },
      heapMb: 384,
    });
    client = driverFor(cluster);
    await client.connect();
  });

  after(async () => {
    await client.shutdown();
    await cluster.stop();
  });

  it('should be on addresses of their own with one port', async (t) => {
    t.diagnostic(`ready after ${cluster.readyAfterMs} ms`);
    const [port] = cluster.nodes.map((node) => node.port);
    assert.deepEqual(cluster.contactPoints, [`127.0.0.1:${port}`, `127.0.0.2:${port}`]);
    assert.equal(cluster.localDataCenter, 'east');
    const peer = (await client.execute('SELECT data_center, native_address FROM system.peers_v2')).first();
    assert.equal(peer['data_center'], 'west');
    assert.equal(String(peer['native_address']), '127.0.0.2');
  });

  it('should replicate between the data centres', async () => {
    const replication = "{'class': 'NetworkTopologyStrategy', 'east': 1, 'west': 1}";
    await client.execute(`CREATE KEYSPACE k WITH replication = ${replication}`);
    await client.execute('CREATE TABLE k.t (id int PRIMARY KEY)');
    const consistency = types.consistencies.eachQuorum;
    await client.execute('INSERT INTO k.t (id) VALUES (1)', [], { consistency });
  });

  it('should know users and refuse others, on every node', async () => {
    await client.execute("CREATE ROLE ann WITH PASSWORD = 'pw' AND LOGIN = true");
    for (const index of cluster.nodes.keys()) {
      const shared = driverOptions(cluster, index);
      const ann = new Client({ ...shared, authProvider: new auth.PlainTextAuthProvider('ann', 'pw') });
      await ann.connect();
      await assert.rejects(ann.execute('SELECT * FROM k.t'), /no SELECT permission/);
      await ann.shutdown();
      const wrong = new Client({ ...shared, authProvider: new auth.PlainTextAuthProvider('ann', 'no') });
      await assert.rejects(wrong.connect(), /Authentication|incorrect/);
      await wrong.shutdown();
    }
  });

  it("should show certificates that fit each node's address", async () => {
    assert.ok(cluster.tls !== undefined);
    const { ca, cert, key } = cluster.tls;
    for (const { address, port } of cluster.nodes) {
      const seen = await new Promise<X509Certificate | undefined>((resolve, reject) => {
        const socket = connect({ host: address, port, ca, cert, key }, () => {
          resolve(socket.getPeerX509Certificate());
          socket.destroy();
        }).once('error', reject);
      });
      assert.equal(seen?.checkIP(address), address);
      assert.equal(seen?.checkHost('localhost'), 'localhost');
    }
  });

  it('should refuse a client without a certificate, and take one that was issued later', async () => {
    const options = driverOptions(cluster);
    const ca = [cluster.tls?.ca ?? ''];
    const without = new Client({ ...options, sslOptions: { ca, host: '127.0.0.1' } });
    await assert.rejects(without.connect());
    await without.shutdown();
    const { cert, key } = await cluster.issueClientCertificate('next');
    const next = new Client({ ...options, sslOptions: { ca, cert, key, host: '127.0.0.1' } });
    await next.connect();
    await next.shutdown();
  });
});
