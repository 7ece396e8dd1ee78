import type { Connection, TimerHandle, Timers } from '../connection/index.ts';

/** A destroyed socket reports its end within a turn or two; nobody waits longer than this for it. */
const SOCKET_END_MS = 1_000;

/** The end of connections that take no more requests: they close when the last reply has come, or when time is up. */
export class Drain {
  /** Resolves when all connections and their sockets are gone. */
  readonly done: Promise<void>;
  readonly #connections: readonly Connection[];
  readonly #timers: Timers;
  #timer: TimerHandle | null = null;
  #endsAt = Infinity;
  #isDone = false;
  #finish: () => void = () => undefined;

  /** @param connections - retired ones */
  constructor(connections: Iterable<Connection>, timers: Timers) {
    this.#connections = [...connections];
    this.#timers = timers;
    this.done = new Promise((resolve) => {
      this.#finish = (): void => {
        this.#isDone = true;
        this.#clearTimer();
        resolve();
      };
    });
    void Promise.all(this.#connections.map((connection) => connection.closed())).then(this.#finish);
  }

  /** Gives the requests in flight `ms` at most; of several calls the soonest end counts. */
  endWithin(ms: number): void {
    const endsAt = this.#timers.now() + ms;
    if (this.#isDone || endsAt >= this.#endsAt) return;
    this.#endsAt = endsAt;
    this.#clearTimer();
    this.#timer = this.#timers.setTimeout(() => this.#closeAll(), ms);
  }

  #closeAll(): void {
    this.#endsAt = -Infinity;
    this.#timer = this.#timers.setTimeout(this.#finish, SOCKET_END_MS);
    for (const connection of this.#connections) connection.close();
  }

  #clearTimer(): void {
    if (this.#timer !== null) this.#timers.clearTimeout(this.#timer);
    this.#timer = null;
  }
}
