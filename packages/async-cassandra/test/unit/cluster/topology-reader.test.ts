import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WatchHarness } from './watch-harness.ts';

describe('readTopology', () => {
  for (const [what, table, hasPeersV2] of [
    ['peers_v2', 'peers_v2', true],
    ['peers, where there is no peers_v2', 'peers', false],
  ] as const) {
    it(`should read ${what}, in pages of 32 nodes`, async () => {
      const nodes = 70;
      const harness = await WatchHarness.start({ cluster: { nodes, hasPeersV2 } });
      await harness.connect();
      assert.equal(harness.watch.metadata.nodes.size, nodes);
      assert.equal(harness.watch.metadata.tokenMap.ring.size > 0, true);
      const pages = harness.cluster.nodes
        .flatMap((node) => node.log.of(/FROM system\.peers/))
        .filter(({ cql }) => cql?.endsWith(`system.${table}`))
        .map((request) => request.parameters?.pageSize);
      assert.deepEqual(pages, [32, 32, 32]);
      await harness.close();
    });
  }
});
