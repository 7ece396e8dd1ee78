import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { resolveContactPoints, shuffled } from '../../../src/cluster/contact-points.ts';
import type { EndPoint, Seams } from '../../../src/connection/index.ts';
import { SeededRandom, VirtualClock } from '../../support/index.ts';

const never = new AbortController().signal;

async function resolve(
  points: readonly EndPoint[],
  lookup: Seams['lookup'],
  clock = new VirtualClock(),
): Promise<Awaited<ReturnType<typeof resolveContactPoints>>> {
  const seams = { timers: clock, lookup, random: () => 0, sockets: { connect: () => assert.fail('connects') } };
  return clock.settle(resolveContactPoints(points, { seams, timeoutMs: 5000, signal: never, logger: {} }));
}

describe('resolveContactPoints', () => {
  it('should not look up addresses', async () => {
    const points = [
      { host: '10.0.0.1', port: 9042 },
      { host: '::1', port: 9043 },
    ];
    assert.deepEqual(await resolve(points, () => assert.fail('looks up')), { endPoints: points, failures: [] });
  });

  it('should keep the name that TLS verifies, and all addresses of it, each once', async () => {
    const { endPoints } = await resolve(
      [
        { host: 'db.internal', port: 9042 },
        { host: 'alias.internal', port: 9042 },
      ],
      async (host) => (host === 'db.internal' ? ['10.0.0.1', '10.0.0.2'] : ['10.0.0.2']),
    );
    assert.deepEqual(endPoints, [
      { host: '10.0.0.1', port: 9042, serverName: 'db.internal' },
      { host: '10.0.0.2', port: 9042, serverName: 'db.internal' },
    ]);
  });

  it('should go on with the others when names cannot be looked up, fail or hang', async () => {
    const clock = new VirtualClock();
    const lookup = (host: string): Promise<readonly string[]> => {
      if (host === 'missing') return Promise.reject(new Error('ENOTFOUND'));
      if (host === 'empty') return Promise.resolve([]);
      if (host === 'throws') throw new Error('broken lookup');
      return new Promise(() => undefined);
    };
    const points = ['missing', 'empty', 'throws', 'hangs', '10.0.0.9'].map((host) => ({ host, port: 9042 }));
    const { endPoints, failures } = await resolve(points, lookup, clock);
    assert.deepEqual(endPoints, [{ host: '10.0.0.9', port: 9042 }]);
    assert.deepEqual(
      failures.map(({ node }) => node),
      ['missing:9042', 'empty:9042', 'throws:9042', 'hangs:9042'],
    );
    assert.equal(clock.now(), 5000);
    assert.equal(clock.pending, 0);
  });
});

describe('shuffled', () => {
  it('should put each item in each place about equally often', () => {
    const random = new SeededRandom(7);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 4000; i++) counts[shuffled(['a', 'b', 'c', 'd'], random.next).indexOf('a')]! += 1;
    for (const count of counts) assert.ok(count > 850 && count < 1150, String(counts));
  });
});
