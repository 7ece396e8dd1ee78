import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NodeInfo } from '../../../src/metadata/node-info.ts';
import { parseReplication } from '../../../src/metadata/replication.ts';
import { TokenMap } from '../../../src/metadata/token-map.ts';
import { TokenPair, writeToken } from '../../../src/metadata/token-pair.ts';
import { loadVectors } from '../../support/load-vectors.ts';
import { CountedTurns, testNode } from '../../support/metadata/index.ts';

interface PlacementCase {
  readonly name: string;
  readonly ordered: boolean;
  readonly nodes: readonly { id: string; dc: string; rack: string; tokens: readonly string[] | TokenSteps }[];
  readonly replication: Readonly<Record<string, string>>;
  /** All ranges of the ring, in any order, where the other driver tells them. */
  readonly ranges?: readonly (readonly [string, string])[];
  readonly expected: readonly Expected[];
}

/** Tokens at equal distances: `first`, `first + step` and so on. */
interface TokenSteps {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

/** The replicas of a token, or of a partition key in hexadecimal. */
type Expected = { readonly replicas: readonly string[] } & ({ readonly token: string } | { readonly key: string });

interface Vectors {
  readonly sets: readonly { readonly source: string; readonly cases: readonly PlacementCase[] }[];
}

function tokensOf(tokens: readonly string[] | TokenSteps): readonly string[] {
  if (!('step' in tokens)) return tokens;
  return Array.from({ length: tokens.count }, (_, i) => String(tokens.first + i * tokens.step));
}

function buildMap(nodes: readonly NodeInfo[], replication: Readonly<Record<string, string>>): Promise<TokenMap> {
  const replications = new Map([['ks', parseReplication(new Map(Object.entries(replication)))]]);
  return TokenMap.build(nodes, replications, new CountedTurns());
}

function replicasOfKey(map: TokenMap, hex: string): string[] {
  const key = Buffer.from(hex, 'hex');
  return map.replicasOfKey('ks', key, 0, key.length).map((node) => node.hostId);
}

async function place(
  nodes: readonly NodeInfo[],
  replication: Record<string, string>,
): Promise<(token: bigint) => string[]> {
  return placeOn(await buildMap(nodes, replication));
}

function placeOn(map: TokenMap): (token: bigint) => string[] {
  return (token) => {
    const pair = new TokenPair();
    writeToken(token, pair);
    return map.replicas('ks', pair.hi, pair.lo).map((node) => node.hostId);
  };
}

function node(slot: number, hostId: string, dataCenter: string, rack: string, ...tokens: number[]): NodeInfo {
  return testNode(slot, { hostId, dataCenter, rack, tokens: tokens.map(String) });
}

describe('replica placement', () => {
  for (const { source, cases } of loadVectors<Vectors>('replicas.json').sets) {
    for (const { name, ordered, nodes, replication, ranges, expected } of cases) {
      it(`should agree with the ${source}: ${name}`, async () => {
        assert.ok(expected.length > 0 || ranges !== undefined);
        const infos = nodes.map(({ id, dc, rack, tokens }, slot) =>
          testNode(slot, { hostId: id, dataCenter: dc, rack, tokens: tokensOf(tokens) }),
        );
        const map = await buildMap(infos, replication);
        const replicasOf = placeOn(map);
        for (const item of expected) {
          const found = 'key' in item ? replicasOfKey(map, item.key) : replicasOf(BigInt(item.token));
          const what = 'key' in item ? item.key : item.token;
          assert.deepEqual(
            ordered ? found : found.toSorted(),
            ordered ? item.replicas : item.replicas.toSorted(),
            what,
          );
        }
        if (ranges === undefined) return;
        const found = map.tokenRanges().map(({ start, end }) => [String(start), String(end)]);
        assert.deepEqual(found.toSorted(), ranges.map(([start, end]) => [start, end]).toSorted());
      });
    }
  }

  it('should leave transient replicas out: they hold unrepaired data only', async () => {
    const nodes = [
      node(0, 'a', 'dc1', 'r1', 0),
      node(1, 'b', 'dc1', 'r2', 10),
      node(2, 'c', 'dc1', 'r3', 20),
      node(3, 'd', 'dc1', 'r1', 30),
    ];
    const network = await place(nodes, { class: 'NetworkTopologyStrategy', dc1: '3/1' });
    assert.deepEqual(network(0n), ['a', 'b']);
    assert.deepEqual(network(11n), ['c', 'd']);
    const simple = await place(nodes, { class: 'SimpleStrategy', replication_factor: '3/1' });
    assert.deepEqual(simple(0n), ['a', 'b']);
    assert.deepEqual(simple(25n), ['d', 'a']);
  });

  it('should take those replicas for transient that the server meets last, whatever their racks', async () => {
    // The server accepts a, b (one rack may repeat) and c, in this order: c is the transient one.
    const nodes = [node(0, 'a', 'dc1', 'r1', 0), node(1, 'b', 'dc1', 'r1', 10), node(2, 'c', 'dc1', 'r2', 20)];
    const replicasOf = await place(nodes, { class: 'NetworkTopologyStrategy', dc1: '3/1' });
    assert.deepEqual(replicasOf(0n).toSorted(), ['a', 'b']);
  });

  it('should have fewer transient replicas when there are fewer nodes than replicas', async () => {
    const nodes = [node(0, 'a', 'dc1', 'r1', 0), node(1, 'b', 'dc1', 'r2', 10)];
    const replicasOf = await place(nodes, { class: 'NetworkTopologyStrategy', dc1: '3/1' });
    assert.deepEqual(replicasOf(0n), ['a', 'b']);
  });

  it('should put all nodes everywhere with EverywhereStrategy', async () => {
    const replicasOf = await place([node(0, 'a', 'dc1', 'r1', 0), node(1, 'b', 'dc2', 'r1', 10)], {
      class: 'EverywhereStrategy',
    });
    assert.deepEqual(replicasOf(5n), ['a', 'b']);
  });

  it('should know no replicas of local, unknown and absent keyspaces', async () => {
    const nodes = [node(0, 'a', 'dc1', 'r1', 0)];
    for (const className of ['LocalStrategy', 'com.example.Mine']) {
      assert.deepEqual((await place(nodes, { class: className }))(0n), []);
    }
    const map = await TokenMap.build(nodes, new Map(), new CountedTurns());
    assert.deepEqual(map.replicas('nowhere', 0, 0), []);
    assert.deepEqual(TokenMap.empty.replicas('ks', 0, 0), []);
  });
});
