import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { EmbeddedCassandraError } from '../errors.ts';

/**
 * The watchdog: a shell that blocks on a pipe of which this process alone holds the other end. However this process
 * ends, SIGKILL included, the pipe closes; the shell then kills every process group it was told of and removes the
 * folder. Its own session keeps it away from the terminal's Ctrl-C.
 */
const watchdogScript = `
trap '' HUP INT TERM
pids=''
while read -r op pid; do
  case "$op" in
  +) pids="$pids $pid"; echo "$pid" ;;
  -) rest=''; for p in $pids; do [ "$p" = "$pid" ] || rest="$rest $p"; done; pids="$rest" ;;
  esac
done
for p in $pids; do kill -KILL -"$p" 2>/dev/null; done
n=0
while [ -e "$1" ] && [ "$n" -lt 100 ]; do
  rm -rf "$1" 2>/dev/null
  n=$((n + 1))
  if [ -e "$1" ]; then sleep 0.1; fi
done
`;

/**
 * A guarded command begins as a shell that waits for a line, and becomes the command only after the watchdog
 * confirmed that it knows its process id: there is no moment at which it could be left behind.
 */
const gateScript = 'read -r go || exit 0; exec "$@" </dev/null';

export interface GuardedSpawnOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly stdout: 'pipe' | 'ignore' | number;
  readonly stderr: 'pipe' | 'ignore' | number;
}

/** Starts processes that cannot outlive this one, and owns one folder that goes with them. */
export class ProcessGuard {
  readonly #watchdog: ChildProcess;
  readonly #answers: Interface;
  readonly #waiting = new Map<string, () => void>();
  readonly #exited: Promise<unknown>;
  #isWatching = true;

  private constructor(watchdog: ChildProcess, answers: Interface) {
    this.#watchdog = watchdog;
    this.#answers = answers;
    this.#exited = once(watchdog, 'exit');
    answers.on('line', (pid) => this.#waiting.get(pid)?.());
    answers.once('close', () => {
      this.#isWatching = false;
      for (const proceed of this.#waiting.values()) proceed();
    });
    watchdog.stdin?.on('error', () => undefined); // the watchdog is gone: spawn() notices by its exit code
    unref(watchdog);
  }

  /** @param folder - removed when the guard is released or this process is gone */
  static async start(folder: string): Promise<ProcessGuard> {
    const watchdog = spawn('/bin/sh', ['-c', watchdogScript, 'embedded-cassandra-watchdog', folder], {
      detached: true,
      cwd: '/',
      env: { PATH: '/usr/bin:/bin' },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    try {
      await once(watchdog, 'spawn');
    } catch (cause) {
      throw new EmbeddedCassandraError('UNSUPPORTED_PLATFORM', 'Cannot start /bin/sh; a POSIX system is needed', {
        cause,
      });
    }
    if (watchdog.stdout === null)
      throw new EmbeddedCassandraError('UNSUPPORTED_PLATFORM', 'The watchdog has no output');
    return new ProcessGuard(watchdog, createInterface({ input: watchdog.stdout }));
  }

  /** Starts a command as the leader of its own process group; resolves once the watchdog knows it. */
  async spawn(command: string, args: readonly string[], options: GuardedSpawnOptions): Promise<ChildProcess> {
    const stdio: StdioOptions = ['pipe', options.stdout, options.stderr];
    const child = spawn('/bin/sh', ['-c', gateScript, 'gate', command, ...args], {
      detached: true,
      stdio,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: options.env }),
    });
    await once(child, 'spawn');
    const pid = String(child.pid);
    child.stdin?.on('error', () => undefined);
    try {
      await this.#register(pid);
    } catch (error) {
      child.stdin?.end(); // without the word to go on
      throw error;
    }
    child.once('exit', () => this.#watchdog.stdin?.write(`- ${pid}\n`));
    child.stdin?.end('go\n');
    return child;
  }

  /** Kills what is still running, removes the folder, ends the watchdog. */
  async release(): Promise<void> {
    this.#watchdog.ref();
    this.#watchdog.stdin?.end();
    await this.#exited;
    this.#answers.close();
  }

  async #register(pid: string): Promise<void> {
    const { stdin } = this.#watchdog;
    if (!this.#isWatching || stdin?.writable !== true) throw gone();
    this.#watchdog.ref();
    await new Promise<void>((resolve) => {
      this.#waiting.set(pid, resolve);
      stdin.write(`+ ${pid}\n`);
    });
    this.#waiting.delete(pid);
    this.#watchdog.unref();
    if (!this.#isWatching) throw gone();
  }
}

function gone(): EmbeddedCassandraError {
  return new EmbeddedCassandraError('WRONG_STATE', 'The watchdog process is gone; stop this cluster and start another');
}

/** Lets this process end although the child still runs. */
function unref(child: ChildProcess): void {
  child.unref();
  for (const pipe of [child.stdin, child.stdout]) if (pipe !== null && hasUnref(pipe)) pipe.unref();
}

/** The types do not tell that pipes are sockets, and not on every runtime are they of Node's class. */
function hasUnref(pipe: object): pipe is { unref(): void } {
  return 'unref' in pipe && typeof pipe.unref === 'function';
}
