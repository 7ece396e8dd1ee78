import { setTimeout as pause } from 'node:timers/promises';
import { AsyncCassandraError } from 'async-cassandra';
import type { SeededRandom } from '../seeded-random.ts';
import { type Answer, type LoadClient, valueOf } from './load-client.ts';
import { type OperationKind, OperationLog } from './operation-log.ts';

export interface LoadOptions {
  /** Idempotent requests a second, half reads and half writes. */
  readonly idempotentPerSecond: number;
  /** Appends and increments a second, half of each. */
  readonly othersPerSecond: number;
  readonly random: SeededRandom;
}

const TICK_MS = 5;
/** Rows that appends and increments go to. */
const SHARED_ROWS = 20;

/**
 * Makes requests at a steady rate, whatever becomes of those before: a cluster that is slow is not spared, and what waits
 * is counted. Everything is logged.
 */
export class Load {
  readonly client: LoadClient;
  readonly log: OperationLog = new OperationLog();
  readonly #options: LoadOptions;
  readonly #pending = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #nextRow = 0;
  #nextItem = 0;

  constructor(client: LoadClient, options: LoadOptions) {
    this.client = client;
    this.#options = options;
  }

  start(): void {
    const { idempotentPerSecond, othersPerSecond } = this.#options;
    const startedMs = performance.now();
    let idempotent = 0;
    let others = 0;
    this.#timer = setInterval(() => {
      const seconds = (performance.now() - startedMs) / 1_000;
      while (idempotent < Math.floor(seconds * idempotentPerSecond)) this.#idempotent(idempotent++);
      while (others < Math.floor(seconds * othersPerSecond)) this.#other(others++);
    }, TICK_MS);
  }

  /** Makes no more requests and waits for those under way. @throws when they outlast their deadline by far */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const giveUp = new AbortController();
    const ended = Promise.all(this.#pending).then(() => true);
    const limit = pause(this.client.deadlineMs * 2, false, { signal: giveUp.signal }).catch(() => false);
    const isOver = await Promise.race([ended, limit]);
    giveUp.abort();
    if (!isOver) throw new Error(`${this.client.name}: ${this.#pending.size} requests hang`);
  }

  #idempotent(n: number): void {
    const { acknowledgedRows } = this.log;
    if (n % 2 === 0 || acknowledgedRows.length === 0) {
      const row = this.#nextRow++;
      this.#run('write', row, 0, () => this.client.write(row));
    } else {
      const row = this.#options.random.pick(acknowledgedRows);
      this.#run('read', row, 0, () => this.client.read(row));
    }
  }

  #other(n: number): void {
    const row = Math.floor(n / 2) % SHARED_ROWS;
    if (n % 2 === 0) {
      const item = this.#nextItem++;
      this.#run('append', row, item, () => this.client.append(row, item));
    } else this.#run('increment', row, 0, () => this.client.increment(row));
  }

  #run(kind: OperationKind, row: number, item: number, send: () => Promise<Answer>): void {
    const { log } = this;
    const operation = log.begin(kind, row, item);
    const pending = send()
      .then(
        (answer) => {
          operation.endedMs = performance.now();
          operation.coordinator = answer.coordinator;
          if (kind === 'write') log.acknowledgedRows.push(row);
          if (kind === 'read' && answer.value !== valueOf(row)) log.lostReads.push(operation);
        },
        (error: unknown) => {
          operation.endedMs = performance.now();
          operation.failure = error instanceof Error ? `${error.name}: ${error.message}` : 'not an error';
          operation.outcome = error instanceof AsyncCassandraError ? error.outcome : undefined;
        },
      )
      .finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
  }
}
