import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { StubOptions } from './stub-options.ts';

const importingSources: readonly string[] =
  process.versions['bun'] === undefined
    ? ['--import', new URL('../../../../../scripts/loader/register.mjs', import.meta.url).href]
    : [];

/** A server in a process of its own that answers known statements at once; see `stub-server.ts`. */
export interface Stub extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

/** @param prefix - a command that starts the process, such as `['taskset', '-c', '0']` */
export async function startStub(options: StubOptions = {}, prefix: readonly string[] = []): Promise<Stub> {
  const script = new URL('stub-server.ts', import.meta.url).pathname;
  const [command = '', ...args] = [...prefix, process.execPath, ...importingSources, script, JSON.stringify(options)];
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [unknown];
  if (!Buffer.isBuffer(line)) throw new Error('The stub has ended before it was ready');
  return {
    port: Number(line.toString()),
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose](): Promise<void> {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
