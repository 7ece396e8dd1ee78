import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { cassandraYaml, type NodeSettings } from '../../../src/config/cassandra-yaml.ts';
import { NodeFolder } from '../../../src/config/node-folder.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const settings: NodeSettings = {
  clusterName: 'test',
  address: '127.0.0.2',
  ports: { native: 9042, storage: 7000, jmx: 7199 },
  seeds: ['127.0.0.1:7000', '127.0.0.2:7000'],
  tokens: ['-5', '7'],
  bootstrap: false,
  auth: false,
  tls: undefined,
  overrides: {},
};

function yamlOf(changes: Partial<NodeSettings>): Record<string, unknown> {
  return JSON.parse(cassandraYaml('/node', { ...settings, ...changes })) as Record<string, unknown>;
}

describe('the settings of a node', () => {
  it('should hold its place in the ring and keep all files in its folder', () => {
    const yaml = yamlOf({});
    assert.equal(yaml['num_tokens'], 2);
    assert.equal(yaml['initial_token'], '-5,7');
    assert.equal(yaml['native_transport_port'], 9042);
    assert.deepEqual(yaml['data_file_directories'], ['/node/data']);
    assert.equal(yaml['authenticator'], 'AllowAllAuthenticator');
    assert.equal(yaml['user_defined_functions_enabled'], true);
    assert.equal(yaml['materialized_views_enabled'], true);
    assert.ok(!('client_encryption_options' in yaml));
    assert.match(JSON.stringify(yaml['seed_provider']), /127\.0\.0\.1:7000,127\.0\.0\.2:7000/);
  });

  it('should turn on passwords and client encryption', () => {
    const tls = { clientAuth: true, caFile: '/ca.pem', serverPemFile: '/server.pem' };
    const yaml = yamlOf({ auth: true, tls });
    assert.equal(yaml['authenticator'], 'PasswordAuthenticator');
    assert.equal(yaml['authorizer'], 'CassandraAuthorizer');
    const { enabled, require_client_auth, keystore, truststore } = yaml['client_encryption_options'] as Record<
      string,
      unknown
    >;
    assert.deepEqual([enabled, require_client_auth, keystore, truststore], [true, true, '/server.pem', '/ca.pem']);
  });

  it('should let overrides win, key by key', () => {
    const tls = { clientAuth: false, caFile: '/ca.pem', serverPemFile: '/server.pem' };
    const yaml = yamlOf({
      tls,
      overrides: { num_tokens: 4, initial_token: undefined, client_encryption_options: { optional: true }, extra: [1] },
    });
    assert.equal(yaml['num_tokens'], 4);
    assert.ok(!('initial_token' in yaml));
    const encryption = yaml['client_encryption_options'] as Record<string, unknown>;
    assert.deepEqual([encryption['optional'], encryption['keystore']], [true, '/server.pem']);
    assert.deepEqual(yaml['extra'], [1]);
  });

  it('should be written beside rack and log settings', async (t) => {
    const folder = new NodeFolder(join(temporaryFolder(t), 'node'));
    await folder.write(settings, 'dc7', 'rack9');
    assert.equal(readFileSync(folder.rackFile, 'utf8'), 'dc=dc7\nrack=rack9\n');
    assert.match(readFileSync(folder.logbackFile, 'utf8'), /<configuration>/);
    assert.equal((JSON.parse(readFileSync(folder.yamlFile, 'utf8')) as { cluster_name: string }).cluster_name, 'test');
  });
});
