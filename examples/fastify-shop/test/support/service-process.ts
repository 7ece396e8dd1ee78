import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Holdings, Served } from './probe.ts';

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
      env: { ...rest, PORT: '0', LOG_LEVEL: 'warn', ...env },
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
  holdings(): Promise<Holdings> {
    return this.#ask('holdings');
  }

  /** From now on it keeps account of its connections. */
  async watch(): Promise<void> {
    await this.#ask('watch');
  }

  /** Sends SIGTERM; resolves with the exit code, and what it has done on its connections since {@link watch}. */
  async terminate(): Promise<{ readonly code: number | null; readonly served: readonly Served[] }> {
    let served: readonly Served[] = [];
    this.#child.once('message', (account: Served[]) => (served = account));
    // The end of the process may be known before its last message is read.
    const told = once(this.#child, 'disconnect');
    this.#child.kill('SIGTERM');
    const code = await this.#exit;
    await told;
    return { code, served };
  }

  async #ask<T>(what: string): Promise<T> {
    const answer = once(this.#child, 'message') as Promise<[T]>;
    this.#child.send(what);
    return (await answer)[0];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
    await this.#exit;
  }
}
