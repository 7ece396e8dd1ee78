/**
 * The servers of a soak, in a process of their own: three nodes, whose ordinary answers are made beforehand (see
 * `stub/stub-server.ts`), and which also refuse, are slow or silent, forget statements and lose connections.
 *
 * It prints its port, and ends with its standard input; see `startSoakServer`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { importingSources } from '../importing-sources.ts';
import { delayed, error, never, rows, t } from '../index.ts';
import { fastPathOptions, startStubCluster } from '../stub/stub-cluster.ts';
import { tcpStubNetwork } from '../stub/tcp-stub-network.ts';

/** Statements that go another way than the fast one. */
export const SOAK_STATEMENTS = {
  forgotten: 'SELECT k FROM soak.forgotten WHERE k = ?',
  refused: 'INSERT INTO soak.refused (k) VALUES (?)',
  slow: 'INSERT INTO soak.slow (k) VALUES (?)',
  silent: 'INSERT INTO soak.silent (k) VALUES (?)',
} as const;

const FORGET_EVERY_MS = 500;
const CUT_EVERY_MS = 2_000;
const options = { versions: [5], nodes: 3, pages: 5, pageRows: 100 } as const;
const bind = { bind: { k: t.int }, partitionKey: ['k'] };

export interface SoakServer extends AsyncDisposable {
  readonly port: number;
}

export async function startSoakServer(): Promise<SoakServer> {
  const child = spawn(process.execPath, [...importingSources, import.meta.filename, 'serve'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [unknown];
  if (!Buffer.isBuffer(line)) throw new Error('The servers have ended before they were ready');
  return {
    port: Number(line.toString()),
    async [Symbol.asyncDispose](): Promise<void> {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}

async function serve(): Promise<void> {
  const network = tcpStubNetwork({ ...fastPathOptions(options), delaysMs: [0, 0] });
  const cluster = await startStubCluster(network, options, 0);
  cluster.when(SOAK_STATEMENTS.forgotten, rows({ k: t.int }, [[1]]), bind);
  cluster.when(SOAK_STATEMENTS.refused, error('overloaded'), bind);
  cluster.when(SOAK_STATEMENTS.slow, delayed(50, rows({ k: t.int })), bind);
  cluster.when(SOAK_STATEMENTS.silent, never(), bind);
  let turn = 0;
  setInterval(() => {
    for (const node of cluster.nodes) node.forgetPrepared(SOAK_STATEMENTS.forgotten);
  }, FORGET_EVERY_MS);
  setInterval(() => {
    const { connections } = cluster.node(turn++ % cluster.nodes.length);
    [...connections].at(-1)?.close('reset');
  }, CUT_EVERY_MS);
  process.stdout.write(`${cluster.node(0).port}\n`);
  process.stdin.resume().on('end', () => process.exit(0));
}

if (process.argv[2] === 'serve') await serve();
