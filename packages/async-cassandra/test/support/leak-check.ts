/**
 * Finds what a test file left behind: whatever keeps the event loop alive, sockets and child processes even when they
 * are unref'd, listeners on `process` and on abort signals, rejections that nobody handled.
 *
 * `leak-check-preload.ts` runs it after every test file; a test may also use it around a single scenario.
 */
import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type EventEmitter, getEventListeners } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

/** Requests of the runtime itself (file reads, closing handles): they end by themselves and say nothing of a leak. */
const SELF_ENDING = /^(FSReq|CloseReq|FSReqPromise|DirHandle|ShutdownWrap)/;

/** What counts as a listener of the product: added by a file of some package's `src` or `dist`. */
const PRODUCT_FRAME = /\/packages\/[^/]+\/(src|dist)\//;

export interface LeakCheckOptions {
  /** How long closing things may still take, in milliseconds; 1,000 by default. */
  readonly graceMs?: number;
}

/** Remembers the state of the process when it is made; `verify()` names everything that was added since. */
export class LeakCheck {
  readonly #resources = countNames(process.getActiveResourcesInfo());
  readonly #processListeners = countProcessListeners();
  readonly #sockets = new Set<WeakRef<Socket>>();
  readonly #children = new Set<WeakRef<ChildProcess>>();
  readonly #signals: WatchedSignal[] = [];
  readonly #rejections: string[] = [];
  readonly #stop: () => void;

  constructor() {
    const onSocket = (message: unknown): void => {
      this.#sockets.add(new WeakRef((message as { socket: Socket }).socket));
    };
    const onChild = (message: unknown): void => {
      this.#children.add(new WeakRef((message as { process: ChildProcess }).process));
    };
    const onRejection = (reason: unknown): void => {
      this.#rejections.push(inspect(reason));
    };
    subscribe('net.client.socket', onSocket);
    subscribe('net.server.socket', onSocket);
    subscribe('child_process', onChild);
    process.on('unhandledRejection', onRejection);
    const restoreSignals = watchAbortListeners(this.#signals);
    this.#stop = (): void => {
      unsubscribe('net.client.socket', onSocket);
      unsubscribe('net.server.socket', onSocket);
      unsubscribe('child_process', onChild);
      process.off('unhandledRejection', onRejection);
      restoreSignals();
    };
    this.#processListeners.set('unhandledRejection', (this.#processListeners.get('unhandledRejection') ?? 0) + 1);
  }

  /** Waits up to the grace time for things to be closed, stops watching, and returns a line for each leak. */
  async verify(options: LeakCheckOptions = {}): Promise<string[]> {
    const deadline = performance.now() + (options.graceMs ?? 1000);
    let leaks = this.#findLeaks();
    while (leaks.length > 0 && performance.now() < deadline) {
      await sleep(10);
      leaks = this.#findLeaks();
    }
    this.#stop();
    return leaks;
  }

  #findLeaks(): string[] {
    return [
      ...this.#findResources(),
      ...this.#findSockets(),
      ...this.#findChildren(),
      ...this.#findProcessListeners(),
      ...this.#findSignalListeners(),
      ...this.#rejections.map((reason) => `unhandled rejection: ${reason}`),
    ];
  }

  #findResources(): string[] {
    const leaks: string[] = [];
    for (const [name, count] of countNames(process.getActiveResourcesInfo())) {
      const extra = count - (this.#resources.get(name) ?? 0);
      if (extra > 0 && !SELF_ENDING.test(name)) leaks.push(`${extra} x ${name} keeps the process alive`);
    }
    return leaks;
  }

  #findSockets(): string[] {
    const leaks: string[] = [];
    for (const ref of this.#sockets) {
      const socket = ref.deref();
      if (socket !== undefined && !socket.destroyed && !socket.closed) {
        leaks.push(
          `open socket ${socket.localAddress}:${socket.localPort} -> ${socket.remoteAddress}:${socket.remotePort}`,
        );
      }
    }
    return leaks;
  }

  #findChildren(): string[] {
    const leaks: string[] = [];
    for (const ref of this.#children) {
      const child = ref.deref();
      if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) {
        leaks.push(`child process ${child.pid} still runs: ${child.spawnargs.join(' ').slice(0, 200)}`);
      }
    }
    return leaks;
  }

  #findProcessListeners(): string[] {
    const leaks: string[] = [];
    for (const [event, count] of countProcessListeners()) {
      const extra = count - (this.#processListeners.get(event) ?? 0);
      if (extra > 0) leaks.push(`${extra} x listener on process event '${event}'`);
    }
    return leaks;
  }

  #findSignalListeners(): string[] {
    let listeners = 0;
    for (const { signal: ref, added } of this.#signals) {
      const signal = ref.deref();
      if (signal === undefined || signal.aborted) continue;
      const own = added.get(signal);
      listeners += getEventListeners(signal, 'abort').filter((listener) => own?.has(listener)).length;
    }
    return listeners > 0 ? [`${listeners} x 'abort' listener on a signal that is not aborted`] : [];
  }
}

/** A signal that the product listens to, and its listeners there; nothing here keeps a signal from being collected. */
interface WatchedSignal {
  readonly signal: WeakRef<AbortSignal>;
  readonly added: WeakMap<AbortSignal, Set<unknown>>;
}

function countNames(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function countProcessListeners(): Map<string, number> {
  const emitter: EventEmitter = process;
  return new Map(emitter.eventNames().map((event) => [String(event), emitter.listenerCount(event)]));
}

/**
 * A signal cannot be asked for beforehand and its class has no hook, so adding listeners is watched on the prototype.
 * Only those added by the product's own files count: the runtime adds (and removes) many of its own.
 */
function watchAbortListeners(signals: WatchedSignal[]): () => void {
  const added = new WeakMap<AbortSignal, Set<unknown>>();
  const original = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (this: EventTarget, ...args: Parameters<typeof original>): void {
    if (this instanceof AbortSignal && args[0] === 'abort' && calledByProduct()) {
      const own = added.get(this);
      if (own === undefined) {
        added.set(this, new Set([args[1]]));
        signals.push({ signal: new WeakRef(this), added });
      } else own.add(args[1]);
    }
    original.apply(this, args);
  };
  return () => {
    EventTarget.prototype.addEventListener = original;
  };
}

function calledByProduct(): boolean {
  const { prepareStackTrace, stackTraceLimit } = Error;
  // Only the name of the file is asked for: no text is made of the stack, and no source map is looked at.
  Error.stackTraceLimit = 3;
  Error.prepareStackTrace = (_error, frames) => frames[2]?.getFileName();
  try {
    // Frames: this function, addEventListener, then the caller.
    return PRODUCT_FRAME.test(String(new Error('caller').stack));
  } finally {
    Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  }
}
