import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { murmur3 } from '../../../src/metadata/murmur3.ts';
import { composeRoutingKey } from '../../../src/metadata/routing-key.ts';
import { TokenPair, tokenFromWords } from '../../../src/metadata/token-pair.ts';
import { loadVectors } from '../../support/load-vectors.ts';

interface Vectors {
  readonly vectors: readonly { readonly components: readonly string[]; readonly token: string }[];
}

describe('composeRoutingKey', () => {
  it('should lead to the tokens that another driver computes, single and composite', () => {
    for (const { components, token } of loadVectors<Vectors>('routing-keys.json').vectors) {
      const key = composeRoutingKey(components.map((hex) => Buffer.from(hex, 'hex')));
      assert.ok(key !== undefined);
      const out = new TokenPair();
      murmur3(key, 0, key.length, out);
      assert.equal(tokenFromWords(out.hi, out.lo).toString(), token, components.join());
    }
  });

  it('should take one component as it is', () => {
    const component = Buffer.from('abc');
    assert.equal(composeRoutingKey([component]), component);
  });

  it('should give several components a length before and a zero byte behind each', () => {
    const key = composeRoutingKey([Buffer.from('abc'), Buffer.alloc(0), Buffer.alloc(300, 7)]);
    const expected = [[0, 3], Buffer.from('abc'), [0], [0, 0], [0], [1, 44], Buffer.alloc(300, 7), [0]];
    assert.deepEqual(key, Uint8Array.from(expected.flatMap((part) => [...part])));
  });

  it('should make no key of no component, nor of one too long for a composite key', () => {
    const long = Buffer.alloc(65_536, 1);
    assert.equal(composeRoutingKey([]), undefined);
    assert.equal(composeRoutingKey([long, Buffer.from('a')]), undefined);
    assert.equal(composeRoutingKey([long]), long);
    assert.notEqual(composeRoutingKey([long.subarray(1), Buffer.from('a')]), undefined);
  });
});
