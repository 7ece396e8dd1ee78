import { spawn } from 'node:child_process';
import { once } from 'node:events';

const importingSources: readonly string[] =
  process.versions['bun'] === undefined
    ? ['--import', new URL('../../../../../scripts/loader/register.mjs', import.meta.url).href]
    : [];

/** A server in a process of its own that answers writes at once; see `write-stub.ts`. */
export interface WriteStub extends AsyncDisposable {
  readonly port: number;
}

/** The statement whose markers it knows: the table `bench.users`. */
export const STUB_INSERT = 'INSERT INTO bench.users (id, name, email, age, created) VALUES (?, ?, ?, ?, ?)';

export async function startWriteStub(): Promise<WriteStub> {
  const script = new URL('write-stub.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [...importingSources, script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [unknown];
  if (!Buffer.isBuffer(line)) throw new Error('The stub has ended before it was ready');
  return {
    port: Number(line.toString()),
    async [Symbol.asyncDispose](): Promise<void> {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
