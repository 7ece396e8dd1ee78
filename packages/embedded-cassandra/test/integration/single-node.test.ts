import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Client } from 'cassandra-driver';
import { EmbeddedCluster, type Progress } from '../../src/index.ts';
import { driverFor } from '../support/driver.ts';
import { processesWith } from '../support/processes.ts';

/** Resident memory in megabytes. */
function residentMb(pid: number): number {
  const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(match?.[1]) / 1024;
}

describe('one node', () => {
  let cluster: EmbeddedCluster;
  let client: Client;
  const progress: Progress[] = [];

  before(async () => {
    const yaml = { read_request_timeout: '7777ms' };
    cluster = await EmbeddedCluster.start({ clusterName: 'single', yaml, onProgress: (each) => progress.push(each) });
    client = driverFor(cluster);
    await client.connect();
  });

  after(async () => {
    await client.shutdown();
    await cluster.stop();
  });

  it('should be ready in seconds and small', (t) => {
    const { pid = 0 } = cluster.nodes[0] ?? {};
    t.diagnostic(`ready after ${cluster.readyAfterMs} ms, ${residentMb(pid).toFixed(0)} MB resident`);
    assert.ok(residentMb(pid) < 900);
    assert.deepEqual(progress.at(-1)?.phase, 'ready');
  });

  it('should be what was asked for', async () => {
    const local = (await client.execute('SELECT * FROM system.local')).first();
    assert.equal(local['release_version'], '5.0.9');
    assert.equal(local['cluster_name'], 'single');
    assert.equal(local['data_center'], cluster.localDataCenter);
    assert.equal(local['rack'], 'rack1');
    assert.deepEqual(cluster.contactPoints, [`127.0.0.1:${cluster.nodes[0]?.port}`]);
    const setting = "SELECT value FROM system_views.settings WHERE name = 'read_request_timeout'";
    assert.equal((await client.execute(setting)).first()['value'], '7777ms');
  });

  it('should have functions, materialised views and SASI on', async () => {
    await client.execute("CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}");
    await client.execute('CREATE TABLE k.t (id int PRIMARY KEY, v text)');
    const body = "RETURNS NULL ON NULL INPUT RETURNS int LANGUAGE java AS 'return a + b;'";
    await client.execute(`CREATE FUNCTION k.plus (a int, b int) ${body}`);
    const view = 'SELECT * FROM k.t WHERE v IS NOT NULL AND id IS NOT NULL PRIMARY KEY (v, id)';
    await client.execute(`CREATE MATERIALIZED VIEW k.by_v AS ${view}`);
    await client.execute("CREATE CUSTOM INDEX ON k.t (v) USING 'org.apache.cassandra.index.sasi.SASIIndex'");
    await client.execute("INSERT INTO k.t (id, v) VALUES (1, 'x')");
    const { rows } = await client.execute('SELECT id, v, k.plus(id, 41) AS sum FROM k.t');
    assert.equal(JSON.stringify(rows), '[{"id":1,"v":"x","sum":42}]');
  });

  it('should keep data over a restart, a stop and a kill', async () => {
    const [node] = cluster.nodes;
    assert.ok(node !== undefined);
    await client.execute("INSERT INTO k.t (id, v) VALUES (2, 'restart')");
    await client.shutdown(); // it leaves timers behind when its node goes away
    await node.restart();
    await node.kill();
    assert.equal(node.state, 'stopped');
    assert.equal(node.pid, undefined);
    assert.throws(() => node.pause(), { code: 'WRONG_STATE' });
    await assert.rejects(cluster.addNode(), { code: 'WRONG_STATE', message: /is stopped; bring it back/ });
    await node.restart();
    assert.equal(node.state, 'running');
    const again = driverFor(cluster);
    await again.connect();
    assert.equal((await again.execute('SELECT v FROM k.t WHERE id = 2')).first()['v'], 'restart');
    await again.shutdown();
  });

  it('should answer to nodetool', async () => {
    const [node] = cluster.nodes;
    assert.match((await node?.nodetool('status')) ?? '', /^Datacenter: dc1\n.*UN {2}127\.0\.0\.1/s);
    await assert.rejects(node?.nodetool('no-such-command') ?? Promise.resolve(), {
      code: 'COMMAND_FAILED',
      message: /no-such-command/,
    });
  });

  it('should leave nothing when it is stopped', async () => {
    const folder = dirname(dirname(cluster.nodes[0]?.log.path ?? ''));
    assert.ok(existsSync(folder));
    await cluster.stop();
    await cluster.stop();
    assert.ok(!existsSync(folder));
    assert.deepEqual(processesWith(folder), []);
    await assert.rejects(cluster.addNode(), { code: 'WRONG_STATE' });
  });
});
