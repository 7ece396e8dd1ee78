import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { planTopology, rackOf, tokensForNewNode } from '../../../src/cluster/topology.ts';

const min = -(2n ** 63n);
const max = 2n ** 63n - 1n;
const counts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 });

function named(nodes: readonly number[]): [string, number][] {
  return nodes.map((each, index) => [`dc${index + 1}`, each]);
}

function assertTokens(all: readonly string[]): void {
  assert.equal(new Set(all).size, all.length, 'no token is used twice');
  for (const token of all.map(BigInt)) assert.ok(token > min && token <= max, String(token));
}

/** The share of the ring of a data centre that each node owns. */
function shares(nodes: readonly { readonly tokens: readonly string[] }[]): number[] {
  const ring = nodes.flatMap((node, owner) => node.tokens.map((token) => ({ token: BigInt(token), owner })));
  ring.sort((a, b) => (a.token < b.token ? -1 : 1));
  const owned = nodes.map(() => 0n);
  for (const [index, { token, owner }] of ring.entries()) {
    const before = index === 0 ? (ring.at(-1)?.token ?? 0n) - 2n ** 64n : (ring[index - 1]?.token ?? 0n);
    owned[owner] = (owned[owner] ?? 0n) + token - before;
  }
  return owned.map((each) => Number(each) / 2 ** 64);
}

describe('the plan of a cluster', () => {
  it('should give each node its data centre, rack and equal share', () => {
    fc.assert(
      fc.property(counts, (nodes) => {
        const plans = planTopology(named(nodes), ['r1', 'r2']);
        assert.deepEqual(
          plans.map(({ index }) => index),
          plans.map((_, index) => index),
        );
        assertTokens(plans.flatMap(({ tokens }) => tokens));
        for (const [name, count] of named(nodes)) {
          const own = plans.filter(({ dataCenter }) => dataCenter === name);
          assert.equal(own.length, count);
          assert.deepEqual(
            own.map(({ rack }) => rack),
            own.map((_, index) => (index % 2 === 0 ? 'r1' : 'r2')),
          );
          for (const share of shares(own)) assert.ok(Math.abs(share - 1 / count) < 1e-6, String(share));
        }
      }),
    );
  });

  it('should give a new node a fair share and tokens of its own', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 5 }), fc.nat(4), (nodes, added, place) => {
        const dataCenter = `dc${place + 1}`; // perhaps one that has no nodes yet
        const all: { dataCenter: string; tokens: readonly string[] }[] = planTopology(named(nodes), ['r1']);
        for (let index = 0; index < added; index++) {
          all.push({ dataCenter, tokens: tokensForNewNode(all, dataCenter) });
          assertTokens(all.flatMap(({ tokens }) => tokens));
          assert.equal(all.at(-1)?.tokens.length, 16);
          const own = shares(all.filter((node) => node.dataCenter === dataCenter));
          assert.ok((own.at(-1) ?? 0) > 0.45 / own.length, `${own.at(-1)} of ${own.length}`);
        }
      }),
    );
  });

  it('should deal racks in turn', () => {
    assert.deepEqual(
      [0, 1, 2, 3].map((node) => rackOf(['a', 'b', 'c'], node)),
      ['a', 'b', 'c', 'a'],
    );
  });
});
