import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { describe, it } from 'node:test';
import type { EmbeddedClusterOptions } from '../../../src/cluster/cluster-options.ts';
import { resolveOptions } from '../../../src/cluster/resolve-options.ts';

function resolve(options: unknown): ReturnType<typeof resolveOptions> {
  return resolveOptions(options as EmbeddedClusterOptions, {});
}

describe('options of a cluster', () => {
  it('should all have a default', () => {
    const resolved = resolve({});
    assert.equal(resolved.version, '5.0.9');
    assert.deepEqual(resolved.dataCenters, [['dc1', 1]]);
    assert.deepEqual(resolved.racks, ['rack1']);
    assert.equal(resolved.tls, undefined);
    assert.equal(resolved.cacheDir, `${homedir()}/.cache/embedded-cassandra`);
    assert.equal(resolveOptions({}, { XDG_CACHE_HOME: '/x' }).cacheDir, '/x/embedded-cassandra');
    const onProgress = (): void => undefined;
    assert.deepEqual(resolve({ nodes: undefined, tls: undefined, onProgress }), resolve({ onProgress }));
  });

  it('should deal nodes to data centres', () => {
    const lists: [EmbeddedClusterOptions, [string, number][]][] = [
      [{ nodes: 3 }, [['dc1', 3]]],
      [
        { nodes: 5, dataCenters: ['a', 'b'] },
        [
          ['a', 3],
          ['b', 2],
        ],
      ],
      [
        { dataCenters: ['a', 'b'] },
        [
          ['a', 1],
          ['b', 1],
        ],
      ],
      [
        { dataCenters: { a: 2, b: 1 } },
        [
          ['a', 2],
          ['b', 1],
        ],
      ],
    ]; // prettier-ignore
    for (const [options, expected] of lists) assert.deepEqual(resolve(options).dataCenters, expected);
  });

  it('should read every form of tls', () => {
    assert.deepEqual(resolve({ tls: true }).tls, { clientAuth: false, names: undefined });
    assert.equal(resolve({ tls: false }).tls, undefined);
    const full = { clientAuth: true, names: ['node.test'] };
    assert.deepEqual(resolve({ tls: full }).tls, full);
  });

  for (const [options, message] of [
    [{ node: 3 }, /Unknown option node; the options are nodes, version/],
    [{ constructor: 1 }, /Unknown option constructor/],
    [{ nodes: 0 }, /nodes must be a whole number from 1/],
    [{ nodes: 1.5 }, /nodes/],
    [{ nodes: '3' }, /nodes/],
    [{ version: 5 }, /version/],
    [{ dataCenters: [] }, /dataCenters/],
    [{ dataCenters: ['a', 'a'] }, /dataCenters/],
    [{ dataCenters: ['a b'] }, /dataCenters/],
    [{ dataCenters: { a: 0 } }, /dataCenters/],
    [{ dataCenters: {} }, /dataCenters/],
    [{ dataCenters: { a: 1 }, nodes: 2 }, /not both/],
    [{ dataCenters: ['a', 'b'], nodes: 1 }, /at least the number of dataCenters/],
    [{ racks: ['r=1'] }, /racks/],
    [{ addresses: 'many' }, /'shared' or 'distinct'/],
    [{ port: 0 }, /port from 1 to 65535/],
    [{ heapMb: 16 }, /heapMb/],
    [{ auth: 'yes' }, /auth must be true or false/],
    [{ tls: { clientAuth: 1 } }, /tls/],
    [{ tls: { cert: 'x' } }, /tls/],
    [{ tls: { names: [] } }, /tls/],
    [{ yaml: [] }, /yaml/],
    [{ jvmArgs: '-Xmx1g' }, /jvmArgs/],
    [{ cacheDir: '' }, /cacheDir must be a folder/],
    [{ startTimeoutMs: -1 }, /startTimeoutMs/],
    [{ signal: {} }, /AbortSignal/],
    [{ logger: { info: 1 } }, /debug, info and warn/],
    [{ onProgress: {} }, /function/],
  ] as const) {
    it(`should refuse ${JSON.stringify(options)}`, () => {
      assert.throws(() => resolve(options), { name: 'EmbeddedCassandraError', code: 'INVALID_OPTION', message });
    });
  }

  it('should take console for a logger', () => {
    assert.equal(resolve({ logger: console }).logger, console);
  });
});
