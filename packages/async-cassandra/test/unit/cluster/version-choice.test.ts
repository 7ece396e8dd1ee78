import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { commonVersion, highestVersionOf } from '../../../src/cluster/version-choice.ts';

describe('highestVersionOf', () => {
  const cases: readonly (readonly [string, 4 | 5 | undefined])[] = [
    ['2.0.17', undefined],
    ['2.1.22', undefined],
    ['2.2.19', 4],
    ['3.0.29', 4],
    ['3.11.16', 4],
    ['4.0.0', 5],
    ['4.1-beta1', 5],
    ['5.0.9', 5],
    ['5.1-SNAPSHOT', 5],
    ['10.0', 5],
    ['', 5],
    ['unknown', 5],
  ];
  for (const [release, version] of cases) {
    it(`should be ${version ?? 'none'} for "${release}"`, () => assert.equal(highestVersionOf(release), version));
  }
});

describe('commonVersion', () => {
  it('should be what was agreed when all speak it', () => assert.equal(commonVersion(5, ['5.0.9', '4.1.3']), 5));
  it('should be lower when a node speaks less', () => assert.equal(commonVersion(5, ['5.0.9', '3.11.16']), 4));
  it('should never be higher', () => assert.equal(commonVersion(4, ['5.0.9']), 4));
  it('should not count nodes that cannot be used at all', () => assert.equal(commonVersion(5, ['2.1.0', '5.0.9']), 5));
});
