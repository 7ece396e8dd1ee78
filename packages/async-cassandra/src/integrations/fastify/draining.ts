import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as turnOfEventLoop, setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LONGEST_TIMER_MS, OptionReader } from '../../errors/index.ts';
import { ServerConnections } from './connections.ts';

/** So long connections that wait to be taken are taken before the port is closed, in milliseconds. */
const ACCEPT_MS = 5_000;
const CHECK_MS = 25;
/** What has come in a turn of the event loop that took longer than this, in milliseconds, is too much not to be read first. */
const QUICK_MS = 10;

/** Options of `fastify.cassandra.closeService()`. */
export interface CloseServiceOptions {
  /** Overrides the plugin's `drainDelayMs`. */
  readonly delayMs?: number | undefined;
  /** Ends the delay; what comes after it is done all the same. */
  readonly signal?: AbortSignal | undefined;
}

/** Closes a service so that every request that it took is answered to the end. */
export class Drain {
  readonly #instance: FastifyInstance;
  readonly #delayMs: number;
  readonly #timeoutMs: number;
  readonly #connections: ServerConnections;
  /** Replies on servers of the service that are not its main one: `localhost` is listened to by two. */
  readonly #elsewhere = new Set<ServerResponse>();
  readonly #closing = new AbortController();
  #isDraining = false;
  #hasSentAway = false;
  /** What requests wait for that come while connections are taken. */
  #gate: Promise<void> | null = null;
  #stopped: Promise<void> | null = null;
  #closed: Promise<void> | null = null;
  #limit: NodeJS.Timeout | undefined;
  #check: NodeJS.Timeout | undefined;

  constructor(instance: FastifyInstance, delayMs: number, timeoutMs: number) {
    this.#instance = instance;
    this.#delayMs = delayMs;
    this.#timeoutMs = timeoutMs;
    this.#connections = new ServerConnections(instance.server);
    instance.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
      this.#watchElsewhere(request.raw, reply.raw);
      if (this.#gate === null) done();
      else void this.#gate.then(done);
    });
    // Connections whose replies say that they are the last close in good order: clients do not use them once more.
    instance.addHook(
      'onSend',
      (request: FastifyRequest, reply: FastifyReply, _payload: unknown, done: () => void): void => {
        if (this.#isDraining && this.#mayEnd(request.raw)) void reply.header('connection', 'close');
        done();
      },
    );
    instance.addHook('preClose', () => this.#stop());
    instance.addHook('onClose', async () => {
      clearTimeout(this.#limit);
      clearInterval(this.#check);
    });
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  start(): void {
    this.#isDraining = true;
  }

  closeService(options: CloseServiceOptions = {}): Promise<void> {
    const reader = new OptionReader('', options);
    const delayMs = reader.whole('delayMs', this.#delayMs, 0, LONGEST_TIMER_MS);
    const signal = reader.object<AbortSignal>('signal', ['addEventListener'], 'an AbortSignal');
    reader.end();
    return (this.#closed ??= this.#close(delayMs, signal));
  }

  /** Before the sessions are closed: replies on other servers, for which Fastify does not wait. */
  async repliesElsewhere(): Promise<void> {
    while (this.#elsewhere.size > 0) await sleep(CHECK_MS);
  }

  async #close(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    this.start();
    await sleep(delayMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    const { server } = this.#instance;
    if (server.listening) {
      await this.#stop();
      server.close();
      // Fastify turns requests away from the moment that it closes, also those that came before the port was closed.
      while (this.#connections.isBusy) await sleep(CHECK_MS);
    }
    await this.#instance.close();
  }

  #mayEnd(request: IncomingMessage): boolean {
    if (request.httpVersionMajor !== 1 || !this.#connections.isLast(request)) return false;
    if (!this.#instance.server.listening) return true;
    // Its client may come back. Node takes one connection in a turn of the event loop, so in each turn one may be sent away:
    // more of them would wait longer and longer, and still wait when the port is closed.
    if (this.#hasSentAway) return false;
    this.#hasSentAway = true;
    setImmediate(() => (this.#hasSentAway = false));
    return true;
  }

  #stop(): Promise<void> {
    return (this.#stopped ??= this.#stopOnce());
  }

  /** Gets the server ready for `server.close()`, which closes the port, and connections that are idle. */
  async #stopOnce(): Promise<void> {
    const { server } = this.#instance;
    this.start();
    this.#closing.abort();
    // A client that reads slowly, or not at all, must not keep the service from closing.
    this.#limit = setTimeout(() => this.#cutOff(), this.#timeoutMs);
    if (!server.listening) return;
    await this.#takeWaiting();
    // server.close() calls it, which is no moment to do so: see below.
    if ('closeIdleConnections' in server) server.closeIdleConnections = () => undefined;
    this.#connections.startClosing(this.#closed !== null);
    this.#closeIdle();
    this.#check = setInterval(() => this.#closeIdle(), CHECK_MS);
  }

  /** Right after all was read that had come: a connection is not idle whose request has reached the system. */
  #closeIdle(): void {
    const began = performance.now();
    setImmediate(() => {
      if (performance.now() - began < QUICK_MS) this.#connections.closeIdle();
    });
  }

  /**
   * What the system has received for this process must be read before anything is closed: closing a port resets connections
   * that were not taken yet, and closing a connection those whose request was not read yet. Node takes one connection in a
   * turn of the event loop, so the first turn without one has taken all, and read what there was to read. No request is
   * answered meanwhile: each reply would bring its client's next connection.
   */
  async #takeWaiting(): Promise<void> {
    const until = performance.now() + Math.min(ACCEPT_MS, this.#timeoutMs / 2);
    let open = (): void => undefined;
    this.#gate = new Promise((resolve) => (open = resolve));
    // The turn that is under way may have looked before.
    await turnOfEventLoop();
    for (let before = -1; before !== this.#connections.accepted && performance.now() < until; ) {
      before = this.#connections.accepted;
      await turnOfEventLoop();
    }
    // In the next turn: what waits for this closes the port at once.
    setImmediate(open);
    this.#gate = null;
  }

  #cutOff(): void {
    const { server, log } = this.#instance;
    log.warn({ drainTimeoutMs: this.#timeoutMs }, 'Replies under way are cut off: the service closes');
    this.#connections.destroy();
    for (const response of this.#elsewhere) response.destroy();
    if ('closeAllConnections' in server) server.closeAllConnections();
  }

  #watchElsewhere(request: IncomingMessage, response: ServerResponse): void {
    // Requests that are injected have no socket whose bytes are counted.
    if (request.httpVersionMajor !== 1 || this.#connections.has(request.socket)) return;
    if (typeof (request.socket as { bytesRead?: unknown }).bytesRead !== 'number') return;
    this.#elsewhere.add(response);
    response.once('close', () => this.#elsewhere.delete(response));
  }
}
