import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { murmur3 } from '../../../src/metadata/murmur3.ts';
import { TokenPair, tokenFromWords } from '../../../src/metadata/token-pair.ts';
import { loadVectors } from '../../support/load-vectors.ts';
import { seeded } from '../../support/seeded-random.ts';

interface Vectors {
  readonly sets: readonly { readonly source: string; readonly vectors: readonly { key: string; token: string }[] }[];
}

const { Murmur3Tokenizer } = createRequire(import.meta.url)('cassandra-driver/lib/tokenizer.js') as {
  Murmur3Tokenizer: new () => { hash(bytes: Uint8Array): { getValue(): { toString(): string } } };
};

function hash(bytes: Uint8Array, start = 0, end = bytes.length): string {
  const out = new TokenPair(123, 456);
  murmur3(bytes, start, end, out);
  return tokenFromWords(out.hi, out.lo).toString();
}

describe('murmur3', () => {
  for (const { source, vectors } of loadVectors<Vectors>('murmur3.json').sets) {
    it(`should agree with the vectors of the ${source}`, () => {
      assert.ok(vectors.length > 0);
      for (const { key, token } of vectors) assert.equal(hash(Buffer.from(key, 'hex')), token, key);
    });
  }

  it(
    'should agree with cassandra-driver on keys of every length, wherever they stand',
    seeded((random) => {
      const oracle = new Murmur3Tokenizer();
      for (let length = 0; length <= 130; length++) {
        for (let round = 0; round < 5; round++) {
          const start = random.int(0, 9);
          const bytes = random.bytes(start + length + random.int(0, 9));
          const expected = oracle
            .hash(bytes.subarray(start, start + length))
            .getValue()
            .toString();
          assert.equal(hash(bytes, start, start + length), expected, bytes.toString('hex'));
        }
      }
    }),
  );

  it('should give the empty key token 0', () => {
    assert.equal(hash(new Uint8Array(0)), '0');
  });

  it('should leave words that fit into int32', () => {
    const out = new TokenPair();
    for (let i = 0; i < 100; i++) {
      murmur3(Uint8Array.of(i), 0, 1, out);
      assert.equal(out.hi, out.hi | 0);
      assert.equal(out.lo, out.lo | 0);
    }
  });
});
