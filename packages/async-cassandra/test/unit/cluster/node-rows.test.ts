import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readLocalRow, readPeerRows } from '../../../src/cluster/node-rows.ts';

const hostId = '11111111-1111-4111-8111-111111111111';
const place = {
  data_center: 'dc1',
  rack: 'r1',
  release_version: '5.0.9',
  schema_version: '22222222-2222-4222-8222-222222222222',
  tokens: new Set(['-5', '7']),
};
const reachedAt = { host: '192.168.0.5', port: 19_042 };

describe('readLocalRow', () => {
  it('should take address and port that the node advertises', () => {
    assert.deepEqual(readLocalRow({ host_id: hostId, rpc_address: '10.0.0.1', rpc_port: 9142, ...place }, reachedAt), {
      hostId,
      address: '10.0.0.1',
      port: 9142,
      dataCenter: 'dc1',
      rack: 'r1',
      releaseVersion: '5.0.9',
      schemaVersion: place.schema_version,
      tokens: ['-5', '7'],
    });
  });

  for (const address of ['0.0.0.0', '::', null]) {
    it(`should be where it was reached when it listens on ${String(address)}`, () => {
      const node = readLocalRow({ host_id: hostId, rpc_address: address, ...place }, reachedAt);
      assert.ok('hostId' in node);
      assert.equal(`${node.address}:${node.port}`, '192.168.0.5:19042');
    });
  }

  it('should accept a coordinator that owns no tokens', () => {
    const node = readLocalRow({ host_id: hostId, rpc_address: '10.0.0.1', ...place, tokens: null }, reachedAt);
    assert.ok('hostId' in node);
    assert.deepEqual(node.tokens, []);
  });

  it('should name what lacks', () => {
    assert.deepEqual(readLocalRow({ rpc_address: '10.0.0.1', ...place, rack: null }, reachedAt), ['host_id', 'rack']);
  });
});

describe('readPeerRows', () => {
  it('should read native_address and native_port of peers_v2', () => {
    const { nodes, incomplete } = readPeerRows(
      [{ peer: '10.9.9.9', peer_port: 7000, host_id: hostId, native_address: '10.0.0.2', native_port: 9142, ...place }],
      9042,
    );
    assert.deepEqual(incomplete, []);
    assert.equal(nodes[0]?.address, '10.0.0.2');
    assert.equal(nodes[0]?.port, 9142);
  });

  it('should read rpc_address of peers, and take the port of the cluster', () => {
    const { nodes } = readPeerRows([{ peer: '10.9.9.9', host_id: hostId, rpc_address: '10.0.0.2', ...place }], 9999);
    assert.equal(nodes[0]?.address, '10.0.0.2');
    assert.equal(nodes[0]?.port, 9999);
  });

  for (const any of ['0.0.0.0', '::']) {
    it(`should reach a peer that advertises ${any} at its peer address`, () => {
      assert.equal(
        readPeerRows([{ peer: '10.9.9.9', host_id: hostId, rpc_address: any, ...place }], 9042).nodes[0]?.address,
        '10.9.9.9',
      );
      assert.equal(
        readPeerRows([{ peer: '10.9.9.9', host_id: hostId, native_address: any, ...place }], 9042).nodes[0]?.address,
        '10.9.9.9',
      );
    });
  }

  it('should set rows apart that lack something, and say what', () => {
    const { nodes, incomplete } = readPeerRows(
      [
        {
          peer: '10.0.0.2',
          host_id: null,
          native_address: null,
          native_port: null,
          data_center: null,
          rack: null,
          tokens: null,
        },
        { peer: '10.0.0.3', host_id: hostId, native_address: '10.0.0.3', ...place, tokens: new Set() },
        { peer: '10.0.0.4', host_id: hostId, native_address: '10.0.0.4', ...place },
      ],
      9042,
    );
    assert.equal(nodes.length, 1);
    assert.deepEqual(incomplete, [
      { peer: '10.0.0.2', missing: ['host_id', 'address', 'data_center', 'rack', 'tokens'] },
      { peer: '10.0.0.3', missing: ['tokens'] },
    ]);
  });

  it('should do without schema and release version', () => {
    const { nodes } = readPeerRows(
      [
        {
          peer: '10.0.0.2',
          host_id: hostId,
          native_address: '10.0.0.2',
          ...place,
          schema_version: null,
          release_version: null,
        },
      ],
      9042,
    );
    assert.equal(nodes[0]?.schemaVersion, undefined);
    assert.equal(nodes[0]?.releaseVersion, '');
  });
});
