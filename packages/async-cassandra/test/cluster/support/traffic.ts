import { setTimeout as sleep } from 'node:timers/promises';

export interface TrafficFailure {
  readonly error: unknown;
  /** Milliseconds since the traffic began. */
  readonly atMs: number;
}

const WORKERS = 4;
const PAUSE_MS = 5;

/** Requests that go on, some at a time, until they are ended: what an application does while the cluster changes. */
export class Traffic {
  succeeded = 0;
  readonly failures: TrafficFailure[] = [];
  readonly #request: (n: number) => Promise<unknown>;
  readonly #startedAt = performance.now();
  readonly #workers: readonly Promise<void>[];
  #sent = 0;
  #isOver = false;

  constructor(request: (n: number) => Promise<unknown>) {
    this.#request = request;
    this.#workers = Array.from({ length: WORKERS }, () => this.#work());
  }

  /** Ends it and waits for what is under way. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#workers);
  }

  /** What failed, in few words. */
  describe(): string {
    const few = this.failures.slice(0, 5).map(({ error, atMs }) => `${atMs.toFixed(0)} ms: ${String(error)}`);
    return `${this.failures.length} failed and ${this.succeeded} succeeded: ${few.join('; ')}`;
  }

  async #work(): Promise<void> {
    while (!this.#isOver) {
      try {
        await this.#request(this.#sent++);
        this.succeeded++;
      } catch (error) {
        this.failures.push({ error, atMs: performance.now() - this.#startedAt });
      }
      await sleep(PAUSE_MS);
    }
  }
}
