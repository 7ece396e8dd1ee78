// Own process: what it measures of memory would be mixed with the garbage of other files.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { NodeInfo } from '../../../src/metadata/node-info.ts';
import { parseReplication } from '../../../src/metadata/replication.ts';
import { TokenMap } from '../../../src/metadata/token-map.ts';
import { TokenPair, writeToken } from '../../../src/metadata/token-pair.ts';
import { SLICE_LIMIT, type Turns } from '../../../src/metadata/turns.ts';
import { testNode } from '../../support/metadata/index.ts';
import { ReferenceRing, serverReplicas } from '../../support/metadata/server-placement.ts';
import { type SeededRandom, seeded } from '../../support/seeded-random.ts';

const NODES = 300;
const TOKENS = 256;
const KEYS = 100;

/** Turns of the real event loop; notes how long work held it, at most. */
class TimedTurns implements Turns {
  longestMs = 0;
  #since = performance.now();

  async yieldTurn(): Promise<void> {
    this.longestMs = Math.max(this.longestMs, performance.now() - this.#since);
    await new Promise((resolve) => setImmediate(resolve));
    this.#since = performance.now();
  }

  now(): number {
    return performance.now();
  }
}

/** A node in one of two data centres with three racks each. */
function randomNode(slot: number, random: SeededRandom): NodeInfo {
  return testNode(slot, {
    dataCenter: `dc${slot % 2}`,
    rack: `r${slot % 3}`,
    tokens: Array.from({ length: TOKENS }, () => String(random.bytes(8).readBigInt64BE())),
  });
}

function replications(first: string, second: string): ReadonlyMap<string, ReturnType<typeof parseReplication>> {
  const options: [string, string][] = [
    ['class', 'NetworkTopologyStrategy'],
    ['dc0', first],
    ['dc1', second],
  ];
  return new Map([['ks', parseReplication(new Map(options))]]);
}

async function build(t: TestContext, what: string, nodes: readonly NodeInfo[]): Promise<TokenMap> {
  const bytesBefore = process.memoryUsage().arrayBuffers;
  const turns = new TimedTurns();
  const map = await TokenMap.build(nodes, replications('3', '3'), turns);
  const { tokens, buildMs, slices, largestSlice } = map.statistics;
  const mebibytes = (process.memoryUsage().arrayBuffers - bytesBefore) / 2 ** 20;
  t.diagnostic(
    `${what}: ${tokens} tokens in ${buildMs.toFixed(0)} ms, ${slices} slices of at most ${largestSlice} steps and ` +
      `${turns.longestMs.toFixed(1)} ms, ${mebibytes.toFixed(1)} MiB of arrays, those for sorting included`,
  );
  assert.ok(largestSlice <= SLICE_LIMIT);
  assert.equal(tokens, nodes.length * TOKENS);
  return map;
}

/** Compares the replicas of random tokens, and of tokens of the ring themselves, with the reference. */
function compare(
  map: TokenMap,
  nodes: readonly NodeInfo[],
  factors: readonly [number, number],
  random: SeededRandom,
): void {
  const reference = new ReferenceRing(nodes);
  const pair = new TokenPair();
  for (let i = 0; i < KEYS; i++) {
    const own = nodes[random.int(0, nodes.length - 1)]?.tokens[random.int(0, TOKENS - 1)] ?? '0';
    const at = i % 3 === 0 ? BigInt(own) : random.bytes(8).readBigInt64BE();
    writeToken(at, pair);
    const found = map.replicas('ks', pair.hi, pair.lo);
    const met = reference.walk(at);
    assert.equal(found[0], met[0], `owner of ${at}`);
    assert.equal(found.length, factors[0] + factors[1]);
    for (const [dc, factor] of factors.entries()) {
      const local = met.filter((node) => node.dataCenter === `dc${dc}`);
      const inPlace = found.filter((node) => node.dataCenter === `dc${dc}`);
      assert.deepEqual(
        new Set(inPlace.map((n) => n.slot)),
        new Set([...serverReplicas(local, factor)].map((n) => n.slot)),
      );
    }
  }
}

describe('a ring of 300 nodes with 256 tokens each, in two data centres with three racks', () => {
  it('should place replicas as the server does, also when nodes come and go and replication changes', async (t) => {
    await seeded(async (random) => {
      const nodes = Array.from({ length: NODES }, (_, slot) => randomNode(slot, random));
      const map = await build(t, 'built', nodes);
      compare(map, nodes, [3, 3], random);
      const before = map.replicas('ks', 0, 0);

      const more = [...nodes, randomNode(NODES, random)];
      compare(await build(t, 'a node was added', more), more, [3, 3], random);
      const less = nodes.filter((node) => node.slot !== 17);
      compare(await build(t, 'a node was removed', less), less, [3, 3], random);

      const other = map.withReplications(replications('2', '5'));
      assert.equal(other.ring, map.ring, 'another replication needs no other ring');
      compare(other, nodes, [2, 5], random);
      assert.equal(map.replicas('ks', 0, 0), before, 'the old snapshot stays as it was');
    })();
  });

  it('should compute no replicas before somebody asks for them, however many ranges there are', async (t) => {
    await seeded(async (random) => {
      let asked = 0;
      const nodes = Array.from({ length: NODES }, (_, slot): NodeInfo => {
        const { rack, ...node } = randomNode(slot, random);
        return {
          ...node,
          get rack() {
            asked++;
            return rack;
          },
        };
      });
      const map = await build(t, 'built', nodes);
      const ranges = map.replicatedRanges('ks');
      assert.equal(ranges.length, NODES * TOKENS);
      assert.equal(asked, NODES, 'each rack was counted');
      const [first] = ranges;
      assert.ok(first);
      const { replicas } = first;
      assert.equal(replicas.length, 6);
      assert.ok(asked > NODES);
      const pair = new TokenPair();
      writeToken(first.range.end, pair);
      assert.equal(map.replicas('ks', pair.hi, pair.lo), replicas);
    })();
  });
});
