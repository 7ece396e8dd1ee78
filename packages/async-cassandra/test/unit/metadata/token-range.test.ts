import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationError } from '../../../src/errors/index.ts';
import { MAX_TOKEN, MIN_TOKEN } from '../../../src/metadata/token.ts';
import { TokenRange } from '../../../src/metadata/token-range.ts';
import { loadVectors } from '../../support/load-vectors.ts';

interface Vectors {
  readonly vectors: readonly {
    readonly range: readonly [string, string];
    readonly parts: readonly (readonly [string, string])[];
  }[];
}

function range(start: bigint | string, end: bigint | string): TokenRange {
  return new TokenRange(BigInt(start), BigInt(end));
}

describe('TokenRange', () => {
  it('should split evenly, as other drivers do', () => {
    for (const { range: ends, parts } of loadVectors<Vectors>('token-ranges.json').vectors) {
      const split = range(...ends).splitEvenly(parts.length);
      assert.deepEqual(
        split.map((part) => [String(part.start), String(part.end)]),
        parts,
        String(range(...ends)),
      );
    }
  });

  it('should refuse to split into less than one part', () => {
    for (const parts of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => range(0n, 5n).splitEvenly(parts), ConfigurationError);
    }
  });

  it('should tell empty ranges from the whole ring', () => {
    assert.ok(range(5n, 5n).isEmpty);
    assert.ok(!range(5n, 6n).isEmpty);
    assert.ok(!range(MIN_TOKEN, MIN_TOKEN).isEmpty);
  });

  it('should wrap around unless it ends with the ring', () => {
    assert.ok(range(6n, 5n).isWrappedAround);
    assert.ok(!range(5n, 6n).isWrappedAround);
    assert.ok(!range(5n, 5n).isWrappedAround);
    assert.ok(!range(5n, MIN_TOKEN).isWrappedAround);
  });

  it('should unwrap into two ranges that do not wrap around', () => {
    assert.deepEqual(range(6n, 5n).unwrap(), [range(6n, MIN_TOKEN), range(MIN_TOKEN, 5n)]);
    const whole = range(MIN_TOKEN, MIN_TOKEN);
    assert.deepEqual(whole.unwrap(), [whole]);
  });

  it('should contain its end and not its start', () => {
    const cases: [TokenRange, bigint[], bigint[]][] = [
      [range(5n, 7n), [6n, 7n], [5n, 8n, MIN_TOKEN, MAX_TOKEN]],
      [range(7n, 5n), [8n, 5n, MIN_TOKEN, MAX_TOKEN], [6n, 7n]],
      [range(7n, MIN_TOKEN), [8n, MAX_TOKEN, MIN_TOKEN], [7n, 6n, MIN_TOKEN + 1n]],
      [range(MIN_TOKEN, MIN_TOKEN), [0n, MIN_TOKEN, MAX_TOKEN], []],
      [range(5n, 5n), [], [5n, 4n, 6n]],
    ];
    for (const [part, inside, outside] of cases) {
      for (const token of inside) assert.ok(part.contains(token), `${part} should hold ${token}`);
      for (const token of outside) assert.ok(!part.contains(token), `${part} should not hold ${token}`);
    }
  });

  it('should be equal when both ends are', () => {
    assert.ok(range(1n, 2n).equals(range(1n, 2n)));
    assert.ok(!range(1n, 2n).equals(range(1n, 3n)));
    assert.ok(!range(1n, 2n).equals(range(0n, 2n)));
    assert.equal(String(range(1n, -2n)), '(1, -2]');
  });
});
