import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nearestDistance } from '../../../src/cluster/distance.ts';
import type { LoadBalancingPolicy } from '../../../src/policies/index.ts';
import { testInfo } from './fakes.ts';

const node = testInfo(0);

function saying(distance: () => unknown): LoadBalancingPolicy {
  return { init: () => undefined, distance: distance as LoadBalancingPolicy['distance'], plan: () => [].values() };
}

describe('nearestDistance', () => {
  it('should be what the nearest of the policies says', () => {
    const [local, remote, ignored] = (['local', 'remote', 'ignored'] as const).map((distance) =>
      saying(() => distance),
    ) as [LoadBalancingPolicy, LoadBalancingPolicy, LoadBalancingPolicy];
    assert.equal(nearestDistance([remote, local, ignored], node, {}), 'local');
    assert.equal(nearestDistance([ignored, remote], node, {}), 'remote');
    assert.equal(nearestDistance([ignored], node, {}), 'ignored');
    assert.equal(nearestDistance([], node, {}), 'local');
  });

  it('should survive policies that throw or say nonsense, and tell of them', () => {
    const errors: string[] = [];
    const logger = { error: (_fields: object | string, message?: string): unknown => errors.push(message ?? '') };
    const throwing = saying(() => {
      throw new Error('broken');
    });
    assert.equal(nearestDistance([throwing], node, logger), 'local');
    assert.equal(nearestDistance([saying(() => 'toString')], node, logger), 'local');
    assert.equal(errors.length, 2);
  });
});
