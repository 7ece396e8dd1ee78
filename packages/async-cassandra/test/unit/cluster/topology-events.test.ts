import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WatchHarness } from './watch-harness.ts';

describe('topologyChange', () => {
  it('should be told when the ring is the new one, however long it takes to sort', async () => {
    const tokensPerNode = 5000;
    const seen: string[] = [];
    const note = (event: string): void => {
      const { nodes } = harness.watch.metadata;
      seen.push(`${event}: ${nodes.size} nodes, ${harness.watch.metadata.tokenRanges().length} ranges`);
    };
    const harness = await WatchHarness.start({
      cluster: { nodes: 2, tokensPerNode },
      listener: {
        nodeAdded: () => note('added'),
        nodeRemoved: () => note('removed'),
        topologyChange: () => note('topology'),
      },
    });
    await harness.connect();
    const added = await harness.cluster.addNode();
    await harness.clock.advance(3000);
    await harness.cluster.removeNode(added);
    await harness.clock.advance(3000);
    assert.equal(seen.length, 4);
    assert.deepEqual(
      seen.filter((each) => each.startsWith('topology')),
      [`topology: 3 nodes, ${3 * tokensPerNode} ranges`, `topology: 2 nodes, ${2 * tokensPerNode} ranges`],
    );
    await harness.close();
  });
});
