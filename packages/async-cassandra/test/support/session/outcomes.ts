import { AsyncCassandraError } from '../../../src/errors/index.ts';

/** Outcomes of operations, as they come: nothing is left unhandled meanwhile. */
export class Outcomes {
  readonly #all: Promise<unknown>[] = [];
  settled = 0;

  get begun(): number {
    return this.#all.length;
  }

  /** What an operation throws at once, as `scan()` of a closed session does, is its outcome too. */
  begin(operation: () => Promise<unknown>): void {
    const begun = async (): Promise<unknown> => operation();
    this.#all.push(
      begun().then(
        () => this.#settle('result'),
        (reason: unknown) => this.#settle(reason),
      ),
    );
  }

  /**
   * Waits for all, and throws what is no typed error.
   * @returns how many ended by a result, and by each kind of error
   */
  async check(settle: <T>(all: Promise<T>) => Promise<T> = (all) => all): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const outcome of await settle(Promise.all(this.#all))) {
      if (outcome !== 'result' && !(outcome instanceof AsyncCassandraError)) throw outcome;
      const name = outcome instanceof Error ? outcome.name : 'result';
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return counts;
  }

  #settle(outcome: unknown): unknown {
    this.settled++;
    return outcome;
  }
}
