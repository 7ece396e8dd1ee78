import { addressOf } from './assign-ports.ts';
import type { ClusterContext } from './cluster-context.ts';
import { EmbeddedNode } from './embedded-node.ts';
import { FreePorts } from './free-ports.ts';
import { deadlineAfter } from './node-readiness.ts';
import { waitUntilWhole } from './ring-check.ts';
import { rackOf, tokensForNewNode } from './topology.ts';

/** Starts one more node beside running ones. */
export async function growCluster(
  context: ClusterContext,
  nodes: readonly EmbeddedNode[],
  place: { readonly dataCenter?: string; readonly rack?: string },
): Promise<EmbeddedNode> {
  const { options } = context;
  const dataCenter = place.dataCenter ?? nodes[0]?.dataCenter ?? 'dc1';
  const neighbours = nodes.filter((node) => node.dataCenter === dataCenter).length;
  const address = freeAddress(context, nodes);
  const free = new FreePorts();
  const sharedNative = options.addresses === 'distinct' ? nodes[0]?.port : undefined;
  const node = new EmbeddedNode(context, {
    address,
    dataCenter,
    rack: place.rack ?? rackOf(options.racks, neighbours),
    tokens: tokensForNewNode(nodes, dataCenter),
    bootstrap: true,
    seeds: nodes.filter((each) => each.state === 'running').map((each) => each.storageEndPoint),
    ports: {
      native: sharedNative === undefined ? await free.find([address]) : await free.claim(sharedNative, [address]),
      storage: await free.find([address]),
      jmx: await free.find(['127.0.0.1']),
    },
  });
  const deadline = deadlineAfter(options.startTimeoutMs);
  await node.start(deadline);
  await waitUntilWhole(
    context,
    [...nodes, node].filter((each) => each.state === 'running'),
    deadline,
  );
  return node;
}

function freeAddress({ options }: ClusterContext, nodes: readonly EmbeddedNode[]): string {
  const used = new Set(nodes.map((node) => node.address));
  let index = 0;
  if (options.addresses === 'distinct') while (used.has(addressOf(options, index))) index += 1;
  return addressOf(options, index);
}
