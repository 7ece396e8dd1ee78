import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseReplication, parseReplicationFactor, replicationKey } from '../../../src/metadata/replication.ts';

function replication(options: Record<string, string>): ReturnType<typeof parseReplication> {
  return parseReplication(new Map(Object.entries(options)));
}

describe('parseReplicationFactor', () => {
  it('should read full and transient replicas', () => {
    assert.deepEqual(parseReplicationFactor('3'), { all: 3, transient: 0 });
    assert.deepEqual(parseReplicationFactor('3/1'), { all: 3, transient: 1 });
    assert.deepEqual(parseReplicationFactor('0'), { all: 0, transient: 0 });
  });

  it('should refuse what is no factor', () => {
    for (const text of ['', 'map', '-1', '1.5', '3/', '/1', '3/4', '1/2/3', '99999999999']) {
      assert.equal(parseReplicationFactor(text), undefined, text);
    }
  });
});

describe('parseReplication', () => {
  it('should know the strategies of Cassandra by short and by full name', () => {
    for (const prefix of ['', 'org.apache.cassandra.locator.']) {
      const factor = { all: 3, transient: 0 };
      assert.deepEqual(replication({ class: `${prefix}SimpleStrategy`, replication_factor: '3' }), {
        strategy: 'simple',
        factor,
      });
      assert.deepEqual(replication({ class: `${prefix}NetworkTopologyStrategy`, dc1: '3', dc2: '3/1' }), {
        strategy: 'networkTopology',
        factors: new Map([
          ['dc1', factor],
          ['dc2', { all: 3, transient: 1 }],
        ]),
      });
      assert.deepEqual(replication({ class: `${prefix}LocalStrategy` }), { strategy: 'local' });
      assert.deepEqual(replication({ class: `${prefix}EverywhereStrategy` }), { strategy: 'everywhere' });
    }
  });

  it('should treat what it cannot understand as unknown', () => {
    assert.deepEqual(replication({ class: 'com.example.Mine', x: '1' }), {
      strategy: 'unknown',
      className: 'com.example.Mine',
    });
    assert.deepEqual(replication({}), { strategy: 'unknown', className: '' });
    for (const options of [{}, { replication_factor: 'map' }]) {
      assert.equal(replication({ class: 'SimpleStrategy', ...options }).strategy, 'unknown');
    }
  });

  it('should pass over options of a network topology that are no factors', () => {
    const parsed = replication({ class: 'NetworkTopologyStrategy', dc1: '2', note: 'x' });
    assert.deepEqual(parsed, { strategy: 'networkTopology', factors: new Map([['dc1', { all: 2, transient: 0 }]]) });
  });
});

describe('replicationKey', () => {
  it('should be equal for equal placements, whatever the order of the data centres', () => {
    const one = replication({ class: 'NetworkTopologyStrategy', dc1: '2', dc2: '3' });
    const other = replication({ dc2: '3', dc1: '2', class: 'NetworkTopologyStrategy' });
    assert.equal(replicationKey(one), replicationKey(other));
  });

  it('should differ for placements that differ', () => {
    const keys = [
      { class: 'SimpleStrategy', replication_factor: '2' },
      { class: 'SimpleStrategy', replication_factor: '3' },
      { class: 'SimpleStrategy', replication_factor: '3/1' },
      { class: 'NetworkTopologyStrategy', dc1: '3' },
      { class: 'NetworkTopologyStrategy', dc1: '3/1' },
      { class: 'NetworkTopologyStrategy', dc2: '3' },
      { class: 'EverywhereStrategy' },
      { class: 'LocalStrategy' },
    ].map((options) => replicationKey(replication(options as Record<string, string>)));
    assert.equal(new Set(keys).size, keys.length);
  });
});
