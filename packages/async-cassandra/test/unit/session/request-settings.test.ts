import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConfigurationError } from '../../../src/errors/index.ts';
import type { NodeInfo } from '../../../src/metadata/index.ts';
import { AsyncRetryPolicy, DefaultLoadBalancingPolicy } from '../../../src/policies/index.ts';
import { defaultSettings, type ResolvedProfile, type SettingsContext } from '../../../src/session/index.ts';
import { type RequestSettings, resolveSettings } from '../../../src/session/request-settings.ts';

const profile: ResolvedProfile = {
  consistency: 'LOCAL_ONE',
  serialConsistency: 'SERIAL',
  requestTimeoutMs: 1000,
  attemptTimeoutMs: undefined,
  fetchSize: 5000,
  loadBalancingPolicy: new DefaultLoadBalancingPolicy(),
  retryPolicy: new AsyncRetryPolicy(),
  speculativeExecutionPolicy: undefined,
};
const node = { hostId: 'a-host' } as NodeInfo;
const analytics: ResolvedProfile = { ...profile, consistency: 'ALL', fetchSize: 100, requestTimeoutMs: 60_000 };

function context(protocolVersion: 4 | 5 = 5): SettingsContext {
  return {
    protocolVersion,
    profile: (name) => (name === 'analytics' ? analytics : undefined),
    node: (hostId) => (hostId === 'a-host' ? node : undefined),
  };
}

function resolve(options: object, version?: 4 | 5): RequestSettings {
  return resolveSettings(defaultSettings(profile), options, context(version));
}

describe('request options', () => {
  test('should be resolved over the defaults', () => {
    const { signal } = new AbortController();
    const retryPolicy = new AsyncRetryPolicy();
    const settings = resolve({
      consistency: 'LOCAL_QUORUM',
      serialConsistency: 'LOCAL_SERIAL',
      fetchSize: 10,
      pagingState: new Uint8Array([1, 2]),
      timeoutMs: 5,
      attemptTimeoutMs: 2.5,
      signal,
      idempotent: true,
      trace: true,
      customPayload: { a: new Uint8Array([1]), b: null },
      timestamp: 5,
      keyspace: 'other',
      nowInSeconds: 7,
      node: 'a-host',
      retryPolicy,
      prepare: false,
      hints: ['int'],
    });
    assert.equal(settings.consistency, 'LOCAL_QUORUM');
    assert.equal(settings.consistencyCode, 6);
    assert.equal(settings.serialConsistency, 'LOCAL_SERIAL');
    assert.equal(settings.serialConsistencyCode, 9);
    assert.equal(settings.fetchSize, 10);
    assert.deepEqual(settings.pagingState, Buffer.from([1, 2]));
    assert.equal(settings.timeoutMs, 5);
    assert.equal(settings.attemptTimeoutMs, 2.5);
    assert.equal(settings.signal, signal);
    assert.equal(settings.idempotent, true);
    assert.equal(settings.trace, true);
    assert.deepEqual(
      [...(settings.customPayload?.entries ?? [])],
      [
        ['a', new Uint8Array([1])],
        ['b', null],
      ],
    );
    assert.equal(settings.timestamp, 5n);
    assert.equal(settings.keyspace, 'other');
    assert.equal(settings.nowInSeconds, 7);
    assert.equal(settings.node, node);
    assert.equal(settings.retryPolicy, retryPolicy);
    assert.equal(settings.isPrepared, false);
    assert.deepEqual(settings.hints, ['int']);
  });

  test('should leave the defaults as they are, and take undefined for absent', () => {
    const defaults = defaultSettings(profile);
    const before = { ...defaults };
    const settings = resolveSettings(
      defaults,
      { consistency: undefined, fetchSize: 3, timeoutMs: undefined },
      context(),
    );
    assert.deepEqual(defaults, before);
    assert.equal(settings.consistency, 'LOCAL_ONE');
    assert.equal(settings.timeoutMs, 1000);
  });

  test('should go over those of the execution profile, whatever their order', () => {
    const settings = resolve({ fetchSize: 7, executionProfile: 'analytics' });
    assert.equal(settings.consistency, 'ALL');
    assert.equal(settings.fetchSize, 7);
    assert.equal(settings.timeoutMs, 60_000);
  });

  test('should keep the paging state that was given, not what the caller makes of it later', () => {
    const state = new Uint8Array([1]);
    const settings = resolve({ pagingState: state });
    state[0] = 9;
    assert.deepEqual(settings.pagingState, Buffer.from([1]));
    assert.equal(resolve({ pagingState: null }).pagingState, undefined);
  });

  test('should take a node of the metadata', () => {
    assert.equal(resolve({ node: { hostId: 'a-host' } }).node, node);
  });

  test('should take a timestamp of 64 bits', () => {
    assert.equal(resolve({ timestamp: -(2n ** 63n) }).timestamp, -(2n ** 63n));
  });

  const wrong: readonly (readonly [string, unknown])[] = [
    ['consistency', 'QUORUMM'],
    ['consistency', 4],
    ['consistency', null],
    ['serialConsistency', 'QUORUM'],
    ['fetchSize', 0],
    ['fetchSize', 1.5],
    ['fetchSize', 2 ** 31],
    ['fetchSize', '10'],
    ['pagingState', 'abc'],
    ['timeoutMs', 0],
    ['timeoutMs', -1],
    ['timeoutMs', Number.NaN],
    ['timeoutMs', '5'],
    ['attemptTimeoutMs', 0],
    ['attemptTimeoutMs', 5n],
    ['signal', {}],
    ['idempotent', 1],
    ['idempotent', 'true'],
    ['trace', 'yes'],
    ['customPayload', 'x'],
    ['customPayload', null],
    ['timestamp', 1.5],
    ['timestamp', 2n ** 63n],
    ['timestamp', new Date()],
    ['keyspace', ''],
    ['keyspace', 5],
    ['nowInSeconds', 2 ** 31],
    ['nowInSeconds', '1'],
    ['executionProfile', 'nope'],
    ['executionProfile', 5],
    ['node', 5],
    ['node', {}],
    ['node', 'another-host'],
    ['retryPolicy', 'x'],
    ['retryPolicy', null],
    ['prepare', true],
    ['hints', 'int'],
    ['hints', [5]],
    ['consistancy', 'ONE'],
  ];
  for (const [path, value] of wrong) {
    test(`should refuse ${path}: ${String(value)} (${typeof value}) by its path`, () => {
      const extra = path === 'hints' ? { prepare: false } : {};
      assert.throws(
        () => resolve({ [path]: value, ...extra }),
        (error) => error instanceof ConfigurationError && error.path === path,
      );
    });
  }

  test('should name the part of an option that is wrong', () => {
    assert.throws(
      () => resolve({ customPayload: { a: 'text' } }),
      (error) => error instanceof ConfigurationError && error.path === 'customPayload.a',
    );
    assert.throws(
      () => resolve({ retryPolicy: { onReadTimeout: 5 } }),
      (error) => error instanceof ConfigurationError && error.path === 'retryPolicy.onReadTimeout',
    );
  });

  test('should refuse hints for what is prepared', () => {
    assert.throws(() => resolve({ hints: ['int'] }), ConfigurationError);
  });

  test('should refuse on protocol v4 what only v5 has', () => {
    for (const options of [{ keyspace: 'ks' }, { nowInSeconds: 5 }])
      assert.throws(() => resolve(options, 4), ConfigurationError);
  });

  test('should refuse options that are no object', () => {
    for (const options of [null, 5, 'x']) assert.throws(() => resolve(options as never), ConfigurationError);
  });
});
