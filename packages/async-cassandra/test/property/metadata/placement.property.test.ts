import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type NodeInfo, parseReplication, TokenMap } from '../../../src/metadata/index.ts';
import { TokenPair, writeToken } from '../../../src/metadata/token-pair.ts';
import { CountedTurns, testNode } from '../../support/metadata/index.ts';
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

/** The ring from a token on, by sorting bigints: all its nodes in the order in which the walk meets them. */
function walk(nodes: readonly NodeInfo[], from: bigint): NodeInfo[] {
  const ring = nodes.flatMap((node) => node.tokens.map((text) => ({ at: BigInt(text), node })));
  ring.sort((a, b) => (a.at < b.at ? -1 : 1));
  const start = ring.findIndex(({ at }) => at >= from);
  const turned = start < 0 ? ring : [...ring.slice(start), ...ring.slice(0, start)];
  return [...new Set(turned.map(({ node }) => node))];
}

/**
 * What Cassandra 4 and later do in one data centre: each node is accepted when its rack is new, or while racks may repeat. It is
 * another algorithm than the driver's, which passes nodes over and comes back to them; both must find the same nodes.
 */
function serverReplicas(met: readonly NodeInfo[], replicationFactor: number): Set<NodeInfo> {
  const racks = new Set<string>();
  const wanted = Math.min(replicationFactor, met.length);
  let repeats = replicationFactor - new Set(met.map((node) => node.rack)).size;
  const accepted = new Set<NodeInfo>();
  for (const node of met) {
    if (accepted.size === wanted) break;
    if (racks.has(node.rack) && repeats-- <= 0) continue;
    racks.add(node.rack);
    accepted.add(node);
  }
  return accepted;
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
        const met = walk(nodes, at);
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
        assert.deepEqual(found, walk(nodes, at).slice(0, wanted));
      }),
      runs,
    );
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
