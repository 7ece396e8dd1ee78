import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_TOKEN, MIN_TOKEN } from '../../../src/metadata/token.ts';
import { TokenPair, tokenFromWords, writeToken } from '../../../src/metadata/token-pair.ts';
import type { TokenRing } from '../../../src/metadata/token-ring.ts';
import { buildTokenRing } from '../../../src/metadata/token-ring-builder.ts';
import { SLICE_LIMIT, Slicer } from '../../../src/metadata/turns.ts';
import { CountedTurns } from '../../support/metadata/index.ts';
import { type SeededRandom, seeded } from '../../support/seeded-random.ts';

interface Owned {
  readonly token: bigint;
  readonly slot: number;
}

function build(nodes: readonly { slot: number; tokens: readonly string[] }[]): Promise<TokenRing> {
  return buildTokenRing(nodes, new Slicer(new CountedTurns()));
}

function entries(ring: TokenRing): Owned[] {
  return Array.from(ring.hi, (hi, i) => ({
    token: tokenFromWords(hi, ring.lo[i] as number),
    slot: ring.owners[i] as number,
  }));
}

function randomNodes(random: SeededRandom, nodes: number, tokens: number): { slot: number; tokens: string[] }[] {
  return Array.from({ length: nodes }, (_, slot) => ({
    slot,
    tokens: Array.from({ length: tokens }, () => String(random.bytes(8).readBigInt64BE())),
  }));
}

function sorted(nodes: readonly { slot: number; tokens: readonly string[] }[]): Owned[] {
  const all = nodes.flatMap(({ slot, tokens }) => tokens.map((text) => ({ token: BigInt(text), slot })));
  return all.sort((a, b) => (a.token < b.token ? -1 : a.token > b.token ? 1 : 0));
}

describe('buildTokenRing', () => {
  for (const [nodes, tokens] of [
    [0, 0],
    [1, 1],
    [3, 16],
    [5, 300],
    [7, 1171],
    [40, 256],
  ] as const) {
    it(
      `should sort ${nodes} nodes with ${tokens} tokens each`,
      seeded(async (random) => {
        const input = randomNodes(random, nodes, tokens);
        assert.deepEqual(entries(await build(input)), sorted(input));
      }),
    );
  }

  it('should leave out text that is no token', async () => {
    const ring = await build([
      { slot: 0, tokens: ['5', 'x', '', '56713727820156410577229101238628035242'] },
      { slot: 1, tokens: ['-5'] },
    ]);
    assert.deepEqual(entries(ring), [
      { token: -5n, slot: 1 },
      { token: 5n, slot: 0 },
    ]);
  });

  it('should give a token that two nodes claim to the first of them', async () => {
    const ring = await build([
      { slot: 4, tokens: ['1', '7'] },
      { slot: 2, tokens: ['7', '3', '7'] },
    ]);
    assert.deepEqual(entries(ring), [
      { token: 1n, slot: 4 },
      { token: 3n, slot: 2 },
      { token: 7n, slot: 4 },
    ]);
  });

  it(
    'should build 300 nodes with 256 tokens each in slices of at most 8,192 steps',
    seeded(async (random) => {
      const input = randomNodes(random, 300, 256);
      const turns = new CountedTurns();
      const slicer = new Slicer(turns);
      const ring = await buildTokenRing(input, slicer);
      assert.deepEqual(entries(ring), sorted(input));
      assert.ok(slicer.largest <= SLICE_LIMIT, `largest slice: ${slicer.largest}`);
      assert.equal(slicer.slices, turns.yields + 1);
      // n log n: each token is read, sorted in a run of 256 in 8 passes, merged in 9 passes and gathered.
      assert.ok(slicer.slices <= Math.ceil((76_800 * 19) / SLICE_LIMIT) + 10, `slices: ${slicer.slices}`);
    }),
  );
});

describe('TokenRing', () => {
  it('should find the first token not below the given one, and go round at the end', async () => {
    const tokens = [
      MIN_TOKEN + 5n,
      -(2n ** 40n),
      -(2n ** 32n),
      -1n,
      0n,
      2n ** 31n,
      2n ** 32n - 1n,
      2n ** 32n,
      MAX_TOKEN - 9n,
    ];
    const ring = await build([{ slot: 0, tokens: tokens.map(String) }]);
    const pair = new TokenPair();
    const around = tokens.flatMap((token) => [token - 1n, token, token + 1n]);
    for (const token of [...around, MIN_TOKEN, MAX_TOKEN]) {
      writeToken(token, pair);
      const expected = tokens.findIndex((candidate) => candidate >= token);
      assert.equal(ring.find(pair.hi, pair.lo), expected === -1 ? 0 : expected, String(token));
    }
  });
});
