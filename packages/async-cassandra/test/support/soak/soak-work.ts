import { AbortError, type AsyncCassandraSession, AsyncCassandraError, BatchStatement } from 'async-cassandra';
import type { SeededRandom } from '../seeded-random.ts';
import { STUB_STATEMENTS, STUB_VALUES } from '../stub/statements.ts';
import { SOAK_STATEMENTS } from './soak-server.ts';

/** What an operation did; each counts as so many operations as requests were answered, refused or given up. */
export type SoakKind =
  | 'read'
  | 'write'
  | 'batch'
  | 'concurrent'
  | 'page'
  | 'forgotten'
  | 'refused'
  | 'aborted'
  | 'timed out';

const { id, name, email, age, created } = STUB_VALUES;
const VALUES = [id, name, email, age, new Date(created)];

/** Mixed work on one session: prepared statements, as a service has them, and everything that goes wrong in a day. */
export class SoakWork {
  /** Operations that have ended, by kind. */
  readonly counts: Map<SoakKind, number> = new Map();
  /** Those among them that ended by an error: which, and how many. */
  readonly errors: Map<string, number> = new Map();
  readonly #session: AsyncCassandraSession;
  readonly #random: SeededRandom;
  readonly #shared: AbortSignal;

  /** @param shared - a signal that lives as long as the service and never fires */
  constructor(session: AsyncCassandraSession, random: SeededRandom, shared: AbortSignal) {
    this.#session = session;
    this.#random = random;
    this.#shared = shared;
  }

  get total(): number {
    let total = 0;
    for (const count of this.counts.values()) total += count;
    return total;
  }

  /** One piece of work, chosen at random. @throws what is no typed error */
  async next(): Promise<void> {
    const chance = this.#random.next();
    if (chance < 0.5) await this.#one('read', STUB_STATEMENTS.w1, [id]);
    else if (chance < 0.85) await this.#one('write', STUB_STATEMENTS.w2, VALUES);
    else if (chance < 0.93) await this.#one('write', STUB_STATEMENTS.w2, VALUES, { signal: this.#shared });
    else if (chance < 0.96) await this.#batch();
    else if (chance < 0.975) await this.#concurrent();
    else if (chance < 0.985) await this.#stream();
    else if (chance < 0.991) await this.#one('forgotten', SOAK_STATEMENTS.forgotten, [1]);
    else if (chance < 0.995) await this.#one('refused', SOAK_STATEMENTS.refused, [1], { idempotent: false });
    else if (chance < 0.999) await this.#aborted();
    else await this.#one('timed out', SOAK_STATEMENTS.silent, [1], { timeoutMs: 50 });
  }

  #one(kind: SoakKind, cql: string, params: readonly unknown[], options?: object): Promise<void> {
    const work =
      options === undefined ? this.#session.execute(cql, params) : this.#session.execute(cql, params, options);
    return this.#counted(kind, 1, work);
  }

  #batch(): Promise<void> {
    const batch = new BatchStatement('unlogged');
    for (let i = 0; i < 3; i++) batch.add(STUB_STATEMENTS.w2, VALUES);
    return this.#counted('batch', 1, this.#session.executeBatch(batch));
  }

  #concurrent(): Promise<void> {
    const params = Array.from({ length: 10 }, () => VALUES);
    const options = { concurrency: 4, signal: this.#shared, raiseOnFirstError: false };
    return this.#counted('concurrent', 10, this.#session.executeConcurrent(STUB_STATEMENTS.w2, params, options));
  }

  /** Read to its end, or left somewhere. */
  async #stream(): Promise<void> {
    const fetchSize = 100;
    const last = this.#random.int(1, 8);
    let pages = 0;
    const reading = async (): Promise<void> => {
      const stream = await this.#session.executeStream(STUB_STATEMENTS.w3, [id], { fetchSize, signal: this.#shared });
      for await (const _ of stream.pages()) if (++pages === last) break;
    };
    await this.#counted('page', 0, reading());
    this.#count('page', Math.max(1, pages));
  }

  #aborted(): Promise<void> {
    const controller = new AbortController();
    const work = this.#session.execute(SOAK_STATEMENTS.slow, [1], { signal: controller.signal });
    setTimeout(() => controller.abort(), this.#random.int(0, 10));
    return this.#counted('aborted', 1, work);
  }

  async #counted(kind: SoakKind, operations: number, work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof AsyncCassandraError)) throw error;
      const of = error instanceof AbortError ? 'AbortError' : error.name;
      this.errors.set(of, (this.errors.get(of) ?? 0) + 1);
    }
    this.#count(kind, operations);
  }

  #count(kind: SoakKind, operations: number): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + operations);
  }
}
