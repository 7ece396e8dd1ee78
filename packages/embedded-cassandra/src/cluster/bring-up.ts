import { EmbeddedCassandraError } from '../errors.ts';
import { addressOf, assignPorts } from './assign-ports.ts';
import type { ClusterContext } from './cluster-context.ts';
import { EmbeddedNode } from './embedded-node.ts';
import { type Deadline, deadlineAfter } from './node-readiness.ts';
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
  const { options } = context;
  const plans = planTopology(options.dataCenters, options.racks);
  const ports = await assignPorts(options, plans.length);
  const seeds = ports.map(({ storage }, index) => `${addressOf(options, index)}:${String(storage)}`);
  const nodes = plans.map((plan, index) => {
    const own = ports[index];
    if (own === undefined) throw new RangeError('Every node has ports');
    return new EmbeddedNode(context, {
      ...plan,
      address: addressOf(options, index),
      ports: own,
      seeds,
      bootstrap: false,
    });
  });
  let nodesReady = 0;
  const report = (): void => {
    options.onProgress({ phase: 'start', nodesReady, nodesTotal: nodes.length, elapsedMs: Date.now() - startedAt });
  };
  report();
  const startOne = async (node: EmbeddedNode): Promise<void> => {
    await node.start(deadline);
    nodesReady += 1;
    report();
  };
  try {
    await inParallel(nodes, options.parallelStarts, startOne);
    await waitUntilWhole(context, nodes, deadline);
  } catch (error) {
    await Promise.all(nodes.map((node) => node.kill()));
    throw error;
  }
  options.onProgress({ phase: 'ready', nodesTotal: nodes.length, elapsedMs: Date.now() - startedAt });
  return nodes;
}

/** All tasks have ended when this does, whatever the outcome. */
async function inParallel<T>(items: readonly T[], limit: number, task: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined && failures.length === 0; item = queue.shift()) {
      await task(item).catch((error: unknown) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: limit }, work));
  if (failures.length > 0) throw failures[0];
}
