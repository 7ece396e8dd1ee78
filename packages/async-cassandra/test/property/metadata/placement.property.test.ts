import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { type NodeInfo, parseReplication, TokenMap } from '../../../src/metadata/index.ts';
import { TokenPair, writeToken } from '../../../src/metadata/token-pair.ts';
import { CountedTurns, testNode } from '../../support/metadata/index.ts';
import { ReferenceRing, serverReplicas } from '../../support/metadata/server-placement.ts';
import { propertyRuns } from '../../support/property-runs.ts';

interface Owner {
  readonly dataCenter: string;
  readonly rack: string;
  readonly tokens: readonly bigint[];
}

const token = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -20n, max: 20n }));
const owner: fc.Arbitrary<Owner> = fc.record({
  dataCenter: fc.constantFrom('dc1', 'dc1', 'dc2'),
  rack: fc.constantFrom('r1', 'r2', 'r3'),
  tokens: fc.uniqueArray(token, { minLength: 1, maxLength: 6 }),
});
const factor = fc.integer({ min: 0, max: 5 });

function toNodes(owners: readonly Owner[]): NodeInfo[] {
  const taken = new Set<bigint>();
  return owners.map(({ dataCenter, rack, tokens }, slot) => {
    const own = tokens.filter((candidate) => !taken.has(candidate));
    for (const candidate of own) taken.add(candidate);
    return testNode(slot, { dataCenter, rack, tokens: own.map(String) });
  });
}

async function replicasOf(
  nodes: readonly NodeInfo[],
  options: [string, string][],
  at: bigint,
): Promise<readonly NodeInfo[]> {
  const map = await TokenMap.build(nodes, new Map([['ks', parseReplication(new Map(options))]]), new CountedTurns());
  const pair = new TokenPair();
  writeToken(at, pair);
  return map.replicas('ks', pair.hi, pair.lo);
}

describe('replica placement, whatever the ring', () => {
  const runs = { numRuns: propertyRuns(1_000) };
  const owners = fc.array(owner, { minLength: 1, maxLength: 10 });

  it('should place NetworkTopologyStrategy where the server does, the owner of the range first', async () => {
    await fc.assert(
      fc.asyncProperty(owners, factor, factor, token, async (given, one, two, at) => {
        const nodes = toNodes(given);
        const found = await replicasOf(
          nodes,
          [
            ['class', 'NetworkTopologyStrategy'],
            ['dc1', `${one}`],
            ['dc2', `${two}`],
          ],
          at,
        );
        const met = new ReferenceRing(nodes).walk(at);
        for (const [dataCenter, wanted] of [
          ['dc1', one],
          ['dc2', two],
        ] as const) {
          const inPlace = found.filter((node) => node.dataCenter === dataCenter);
          const local = met.filter((node) => node.dataCenter === dataCenter);
          assert.deepEqual(new Set(inPlace), serverReplicas(local, wanted));
          assert.equal(new Set(inPlace).size, inPlace.length);
          if (wanted > 0) assert.equal(inPlace[0], local[0]);
        }
      }),
      runs,
    );
  });

  it('should place SimpleStrategy on the next nodes of the ring', async () => {
    await fc.assert(
      fc.asyncProperty(owners, factor, token, async (given, wanted, at) => {
        const nodes = toNodes(given);
        const found = await replicasOf(
          nodes,
          [
            ['class', 'SimpleStrategy'],
            ['replication_factor', `${wanted}`],
          ],
          at,
        );
        assert.deepEqual(found, new ReferenceRing(nodes).walk(at).slice(0, wanted));
      }),
      runs,
    );
  });

  it('should know the replicas of all tokens alike exactly when every node holds everything', async () => {
    const replication = fc.oneof(
      factor.map((all): [string, string][] => [
        ['class', 'SimpleStrategy'],
        ['replication_factor', `${all}`],
      ]),
      fc.tuple(factor, factor).map(([one, two]): [string, string][] => [
        ['class', 'NetworkTopologyStrategy'],
        ['dc1', `${one}`],
        ['dc2', `${two}`],
      ]),
      fc.constantFrom<[string, string][]>([['class', 'EverywhereStrategy']], [['class', 'LocalStrategy']]),
    );
    let everywhere = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(owner, { minLength: 1, maxLength: 5 }), replication, async (given, options) => {
        const nodes = toNodes(given);
        const map = await TokenMap.build(
          nodes,
          new Map([['ks', parseReplication(new Map(options))]]),
          new CountedTurns(),
        );
        const all = map.replicasOfAll('ks');
        const owners = new Set(nodes.filter(({ tokens }) => tokens.length > 0));
        const sets = map.replicatedRanges('ks').map(({ replicas }) => new Set(replicas));
        const holdEverything = owners.size > 0 && sets.every((set) => owners.size === set.size);
        assert.equal(all !== undefined, holdEverything);
        if (all === undefined) return;
        everywhere++;
        assert.deepEqual(new Set(all), owners);
        assert.equal(map.replicasOfAll('another'), undefined);
      }),
      runs,
    );
    assert.ok(everywhere > runs.numRuns / 20, `${everywhere} are too few to tell`);
  });

  it('should cut the ring into ranges that hold each token exactly once', async () => {
    await fc.assert(
      fc.asyncProperty(
        owners,
        fc.array(token, { maxLength: 10 }),
        fc.integer({ min: 1, max: 7 }),
        async (given, tokens, parts) => {
          const map = await TokenMap.build(toNodes(given), new Map(), new CountedTurns());
          const ranges = map
            .tokenRanges()
            .flatMap((range) => range.splitEvenly(parts))
            .flatMap((range) => range.unwrap());
          for (const candidate of tokens) {
            if (candidate === -(2n ** 63n)) continue;
            const holders = ranges.filter((range) => range.contains(candidate));
            assert.equal(holders.length, 1, `${candidate} is in ${holders.join(' ')}`);
          }
        },
      ),
      runs,
    );
  });
});
