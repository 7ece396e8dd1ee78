import { EmbeddedCassandraError } from '../errors.ts';
import { addressOf, assignPorts } from './assign-ports.ts';
import type { ClusterContext } from './cluster-context.ts';
import { EmbeddedNode } from './embedded-node.ts';
import { type Deadline, deadlineAfter } from './node-readiness.ts';
import { replicateRoles } from './replicate-roles.ts';
import { waitUntilWhole } from './ring-check.ts';
import { planTopology } from './topology.ts';

export interface StartedNodes {
  readonly nodes: readonly EmbeddedNode[];
  readonly elapsedMs: number;
}

const portAttempts = 3;

/** Starts the first nodes. A port that somebody takes between its choice and its use costs another attempt. */
export async function bringUp(context: ClusterContext): Promise<StartedNodes> {
  const { startTimeoutMs, signal } = context.options;
  const startedAt = Date.now();
  const deadline = deadlineAfter(startTimeoutMs, signal);
  for (let attempt = 1; ; attempt++) {
    try {
      const nodes = await startAll(context, deadline, startedAt);
      return { nodes, elapsedMs: Date.now() - startedAt };
    } catch (error) {
      const canRetry = error instanceof EmbeddedCassandraError && error.code === 'PORT_TAKEN';
      if (!canRetry || context.options.port !== undefined || attempt === portAttempts) throw error;
      context.options.logger.warn('A port was taken before a node could listen on it; starting again with other ports');
    }
  }
}

async function startAll(context: ClusterContext, deadline: Deadline, startedAt: number): Promise<EmbeddedNode[]> {
  const { onProgress, parallelStarts } = context.options;
  const nodes = await makeNodes(context);
  const report = (nodesReady: number): void => {
    onProgress({ phase: 'start', nodesReady, nodesTotal: nodes.length, elapsedMs: Date.now() - startedAt });
  };
  let nodesReady = 0;
  report(nodesReady);
  try {
    await inParallel(nodes, parallelStarts, deadline.signal, async (node, signal) => {
      await node.start({ ...deadline, signal });
      report(++nodesReady);
    });
    await waitUntilWhole(context, nodes, deadline);
    if (await replicateRoles(context, nodes)) await waitUntilWhole(context, nodes, deadline);
  } catch (error) {
    await Promise.all(nodes.map((node) => node.kill()));
    throw error;
  }
  onProgress({ phase: 'ready', nodesTotal: nodes.length, elapsedMs: Date.now() - startedAt });
  return nodes;
}

async function makeNodes(context: ClusterContext): Promise<EmbeddedNode[]> {
  const { options } = context;
  const plans = planTopology(options.dataCenters, options.racks);
  const allPorts = await assignPorts(options, plans.length);
  const seeds = allPorts.map(({ storage }, index) => `${addressOf(options, index)}:${String(storage)}`);
  return plans.map((plan, index) => {
    const ports = allPorts[index];
    if (ports === undefined) throw new RangeError('Every node has ports');
    return new EmbeddedNode(context, { ...plan, address: addressOf(options, index), ports, seeds, bootstrap: false });
  });
}

/** All tasks have ended when this does. The first that fails ends the others, and its error is thrown. */
async function inParallel<T>(
  items: readonly T[],
  limit: number,
  outer: AbortSignal | undefined,
  task: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failure = new AbortController();
  const signal = outer === undefined ? failure.signal : AbortSignal.any([failure.signal, outer]);
  const queue = [...items];
  const errors: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined && errors.length === 0; item = queue.shift()) {
      await task(item, signal).catch((error: unknown) => {
        errors.push(error);
        failure.abort();
      });
    }
  };
  await Promise.all(Array.from({ length: limit }, work));
  if (errors.length > 0) throw errors[0];
}
