import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planRanges, shareOf, wholeRing } from '../../../../src/session/scan/plan-ranges.ts';
import { joinUntouched, ScanRange } from '../../../../src/session/scan/scan-range.ts';
import {
  MAX_TOKEN,
  MIN_TOKEN,
  type NodeInfo,
  type ReplicatedRange,
  TokenRange,
} from '../../../../src/metadata/index.ts';
import type { SeededRandom } from '../../../support/index.ts';
import { seeded } from '../../../support/index.ts';

const node = (slot: number): NodeInfo => ({ slot }) as unknown as NodeInfo;

/** A ring as the token map gives it, its first range wrapped around. */
function ringOf(tokens: readonly bigint[], replicas: (index: number) => readonly number[]): ReplicatedRange[] {
  if (tokens.length === 1) return [{ range: new TokenRange(MIN_TOKEN, MIN_TOKEN), replicas: replicas(0).map(node) }];
  return tokens.map((token, i) => ({
    range: new TokenRange(tokens.at(i - 1) as bigint, token),
    replicas: replicas(i).map(node),
  }));
}

function randomTokens(random: SeededRandom, count: number): bigint[] {
  const tokens = new Set<bigint>();
  while (tokens.size < count)
    tokens.add(random.chance(0.05) ? random.pick([MAX_TOKEN, MIN_TOKEN + 1n]) : random.bytes(8).readBigInt64BE());
  return [...tokens].filter((token) => token !== MIN_TOKEN).sort((a, b) => (a < b ? -1 : 1));
}

/** Ranges without their positions, in order, joined where they touch. */
function covered(ranges: readonly ScanRange[]): string[] {
  const plain = ranges.map(({ start, end }) => new ScanRange(start, end));
  const sorted = [...plain].sort((a, b) => (a.start < b.start ? -1 : 1));
  for (const [i, range] of sorted.entries()) {
    assert.ok(range.start < range.end, 'a range is empty');
    const before = sorted[i - 1];
    assert.ok(before === undefined || before.end <= range.start, 'two ranges overlap');
  }
  return joinUntouched(plain).map(({ start, end }) => `${start} ${end}`);
}

describe('the ranges of a scan', () => {
  it(
    'should cover the whole ring, each token once, whatever the ring',
    seeded((random) => {
      for (let round = 0; round < 300; round++) {
        const tokens = randomTokens(random, random.int(1, 40));
        const nodes = random.int(1, 6);
        const ring = ringOf(tokens, (i) => [i % nodes, (i + 1) % nodes]);
        const splits = random.chance(0.5) ? undefined : random.int(1, 100);
        const ranges = planRanges([wholeRing()], ring, splits, random.int(1, 64));
        assert.deepEqual(covered(ranges), [`${MIN_TOKEN} ${MAX_TOKEN}`]);
      }
    }),
  );

  it(
    'should hold tokens of the same replicas, unless fewer ranges are asked for than that takes',
    seeded((random) => {
      for (let round = 0; round < 100; round++) {
        const tokens = randomTokens(random, random.int(2, 30));
        const ring = ringOf(tokens, (i) => [i % 3]);
        const at = (token: bigint): string => {
          const found = ring.find(({ range }) => range.contains(token));
          return String(found?.replicas.map(({ slot }) => slot));
        };
        for (const { start, end } of planRanges([wholeRing()], ring, undefined, 8))
          assert.equal(at(start + 1n), at(end));
        assert.equal(planRanges([wholeRing()], ring, 2, 8).length, 2);
      }
    }),
  );

  it('should be as many as asked for, of about the same width, where replicas are the same everywhere', () => {
    const ring = ringOf([-5n, 0n, 7n], (i) => [i, (i + 1) % 3, (i + 2) % 3].reverse());
    for (const splits of [1, 2, 7, 100]) {
      const ranges = planRanges([wholeRing()], ring, splits, 8);
      assert.equal(ranges.length, splits);
      const widths = ranges.map(({ width }) => width);
      const [least, most] = [widths.reduce((a, b) => (a < b ? a : b)), widths.reduce((a, b) => (a > b ? a : b))];
      assert.ok(most - least <= 1n);
    }
    assert.equal(planRanges([wholeRing()], ring, undefined, 32).length, 32);
  });

  it('should give every node work from the beginning', () => {
    const third = 2n ** 64n / 3n;
    const ring = ringOf([MIN_TOKEN + third, MIN_TOKEN + 2n * third, MAX_TOKEN], (i) => [i]);
    const owners = planRanges([wholeRing()], ring, 30, 8).map(({ end }) =>
      ring.findIndex(({ range }) => range.contains(end)),
    );
    assert.deepEqual(owners.slice(0, 6), [0, 1, 2, 0, 1, 2]);
    assert.equal(owners.length, 30);
  });

  it(
    'should be what is left, begun ranges first and as they stand',
    seeded((random) => {
      for (let round = 0; round < 200; round++) {
        const cuts = randomTokens(random, random.int(2, 20));
        const left: ScanRange[] = [];
        for (let i = 1; i < cuts.length; i++) {
          if (random.chance(0.4)) continue;
          const range = new ScanRange(cuts[i - 1] as bigint, cuts[i] as bigint);
          left.push(random.chance(0.3) ? range.at(Buffer.from('x'), null) : range);
        }
        const ring = ringOf(randomTokens(random, random.int(1, 20)), (i) => [i % 4]);
        const ranges = planRanges(left, ring, undefined, 16);
        assert.deepEqual(covered(ranges), covered(left));
        const begun = left.filter((range) => !range.isUntouched);
        assert.deepEqual(ranges.slice(0, begun.length), begun);
        assert.ok(ranges.slice(begun.length).every((range) => range.isUntouched));
      }
    }),
  );

  it('should do without a ring', () => {
    assert.deepEqual(covered(planRanges([wholeRing()], [], undefined, 8)), [`${MIN_TOKEN} ${MAX_TOKEN}`]);
    assert.equal(planRanges([wholeRing()], [], undefined, 8).length, 8);
    assert.deepEqual(planRanges([], [], undefined, 8), []);
  });

  it('should tell their share of the ring', () => {
    assert.equal(shareOf(wholeRing().width), 1);
    assert.equal(shareOf(0n), 0);
  });
});
