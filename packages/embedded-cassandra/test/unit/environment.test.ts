import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connectionFromEnvironment, environmentOf } from '../../src/environment.ts';

describe('a cluster that exists', () => {
  it('should not be there unless the variable names it', () => {
    assert.equal(connectionFromEnvironment({}), null);
    assert.equal(connectionFromEnvironment({ CASSANDRA_CONTACT_POINTS: ' , ' }), null);
  });

  it('should be read with all that belongs to it', () => {
    const environment = {
      CASSANDRA_CONTACT_POINTS: '10.0.0.1, [::1]:9043',
      CASSANDRA_DATA_CENTER: 'east',
      CASSANDRA_USER: 'ann',
      CASSANDRA_PASSWORD: 'pw',
    };
    assert.deepEqual(connectionFromEnvironment(environment), {
      contactPoints: ['10.0.0.1', '[::1]:9043'],
      localDataCenter: 'east',
      credentials: { username: 'ann', password: 'pw' },
    });
    assert.deepEqual(connectionFromEnvironment({ CASSANDRA_CONTACT_POINTS: 'a' }), {
      contactPoints: ['a'],
      localDataCenter: undefined,
      credentials: undefined,
    });
  });

  it('should read back what is written for another process', () => {
    const cluster = {
      contactPoints: ['127.0.0.1:1', '127.0.0.1:2'],
      localDataCenter: 'dc1',
      credentials: { username: 'cassandra', password: 'cassandra' },
    };
    assert.deepEqual(connectionFromEnvironment(environmentOf(cluster)), cluster);
  });
});
