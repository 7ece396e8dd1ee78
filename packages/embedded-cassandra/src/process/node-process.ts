import type { ChildProcess } from 'node:child_process';
import { open } from 'node:fs/promises';
import type { LogFile } from './log-file.ts';
import type { ProcessGuard } from './process-guard.ts';

export interface NodeCommand {
  readonly java: string;
  readonly args: readonly string[];
  readonly cwd: string;
}

/** How a process ended: `code 1` or `SIGKILL`. */
export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One Java process and the signals that can be sent to it. */
export class NodeProcess {
  /** Resolves when the process has ended. */
  readonly exited: Promise<ExitStatus>;
  readonly pid: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, pid: number) {
    this.#child = child;
    this.pid = pid;
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    child.unref();
  }

  static async start(guard: ProcessGuard, command: NodeCommand, log: LogFile): Promise<NodeProcess> {
    const output = await open(log.path, 'a');
    try {
      const child = await guard.spawn(command.java, command.args, {
        cwd: command.cwd,
        stdout: output.fd,
        stderr: output.fd,
      });
      return new NodeProcess(child, child.pid ?? 0);
    } finally {
      await output.close();
    }
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** SIGTERM, and SIGKILL when it is still there after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#signal('SIGCONT');
    this.#signal('SIGTERM');
    const timer = setTimeout(() => this.#signal('SIGKILL'), graceMs);
    try {
      await this.#ended();
    } finally {
      clearTimeout(timer);
    }
  }

  /** SIGKILL: what a crash or a power failure looks like to the others. */
  async kill(): Promise<void> {
    this.#signal('SIGKILL');
    await this.#ended();
  }

  pause(): void {
    this.#signal('SIGSTOP');
  }

  resume(): void {
    this.#signal('SIGCONT');
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.isRunning) this.#child.kill(signal);
  }

  async #ended(): Promise<ExitStatus> {
    if (this.isRunning) this.#child.ref();
    return await this.exited;
  }
}
