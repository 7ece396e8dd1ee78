import { eventually } from '../eventually.ts';
import { WireClient } from '../wire-client.ts';
import type { ChaosNode } from './chaos-ring.ts';
import { keyspace } from './load-client.ts';

/** Something that befalls one node. */
export interface Fault {
  readonly name: string;
  /** Whether it lasts until it is ended; others are over by themselves. */
  readonly lasts: boolean;
  /** Resolves as soon as the node is in trouble. */
  begin(target: ChaosNode): void | Promise<void>;
  /** Ends it. Resolves when the node is there again for clients; `settled` when all of its own work is done. */
  end(target: ChaosNode): { readonly isBack: Promise<void>; readonly settled: Promise<void> };
}

const DELAY_MS = 500;
const RESTART_TIMEOUT_MS = 120_000;

const atOnce = (action: () => void): ReturnType<Fault['end']> => {
  action();
  return { isBack: Promise.resolve(), settled: Promise.resolve() };
};

export const faults = {
  killed: {
    name: 'killed (SIGKILL)',
    lasts: true,
    begin: ({ node }) => node.kill(),
    end: startAgain,
  },
  frozen: {
    name: 'frozen (SIGSTOP)',
    lasts: true,
    begin: ({ node }) => node.pause(),
    end: ({ node }) => atOnce(() => node.resume()),
  },
  restarted: {
    name: 'restarted in good order',
    lasts: false,
    begin: ({ node }) => node.stop(),
    end: startAgain,
  },
  reset: {
    name: 'all connections reset',
    lasts: false,
    begin: ({ proxy }) => proxy.cut('reset'),
    end: () => atOnce(() => undefined),
  },
  delayed: {
    name: `replies delayed by ${DELAY_MS} ms`,
    lasts: true,
    begin: ({ proxy }) => {
      proxy.toClient.latencyMs = DELAY_MS;
    },
    end: ({ proxy }) => atOnce(() => proxy.heal()),
  },
  cutOff: {
    name: 'cut off (all packets lost)',
    lasts: true,
    begin: ({ proxy }) => {
      proxy.toServer.isBlackHole = true;
      proxy.toClient.isBlackHole = true;
    },
    end: ({ proxy }) => atOnce(() => proxy.heal()),
  },
} satisfies Record<string, Fault>;

function startAgain({ node }: ChaosNode): ReturnType<Fault['end']> {
  const settled = node.restart();
  const isBack = eventually(() => isServing(node.address, node.port), RESTART_TIMEOUT_MS, 50);
  return { isBack, settled };
}

/** Whether a node does what the load asks of it, asked past proxies and drivers. */
async function isServing(host: string, port: number): Promise<boolean> {
  const client = await WireClient.connect({ host, port });
  try {
    const cql = `SELECT value FROM ${keyspace}.writes WHERE client = 'nobody' AND id = 0`;
    const answer = await client.query(cql, { consistency: 'QUORUM' });
    return answer.kind === 'rows';
  } finally {
    client.close();
  }
}
