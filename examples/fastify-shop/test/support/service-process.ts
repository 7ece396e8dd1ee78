import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Holdings } from './probe.ts';

const folder = join(import.meta.dirname, '../..');
const loader = join(folder, '../../scripts/loader/register.mjs');

/** The service as it is run: a process of its own, started by its main file and ended by signals. */
export class ServiceProcess implements AsyncDisposable {
  readonly base: string;
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;

  private constructor(child: ChildProcess, base: string, exit: Promise<number | null>) {
    this.#child = child;
    this.base = base;
    this.#exit = exit;
  }

  static async start(env: Readonly<Record<string, string>>): Promise<ServiceProcess> {
    const { NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _context, ...rest } = process.env;
    const child = fork(join(folder, 'src/main.ts'), {
      env: { ...rest, PORT: '0', LOG_LEVEL: 'error', ...env },
      execArgv: ['--expose-gc', '--import', loader, '--import', join(folder, 'test/support/probe.ts')],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    const exit = once(child, 'exit').then(([code]) => code as number | null);
    assert.ok(child.stdout !== null);
    const lines = createInterface({ input: child.stdout });
    const opened = new Promise<string>((resolve) => {
      lines.on('line', (line) => {
        const base = /open at (\S+?);/.exec(line)?.[1];
        if (base !== undefined) resolve(base);
      });
    });
    const base = await Promise.race([opened, exit.then((code) => assert.fail(`The service ended with ${code}`))]);
    return new ServiceProcess(child, base, exit);
  }

  /** What it holds once nothing is left to be collected. */
  async holdings(): Promise<Holdings> {
    const answer = once(this.#child, 'message');
    this.#child.send('holdings');
    const [holdings] = (await answer) as [Holdings];
    return holdings;
  }

  /** Sends SIGTERM; resolves with the exit code. */
  terminate(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.#exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
    await this.#exit;
  }
}
