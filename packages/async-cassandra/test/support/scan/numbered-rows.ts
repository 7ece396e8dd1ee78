import type { AsyncCassandraSession, Row } from 'async-cassandra';

/** Every so many rows one is in the same wide partition as the others of its kind. */
const WIDE_EVERY = 25;
/** Rows of each other partition. */
const PARTITION_ROWS = 20;

export const NUMBERED_TABLE =
  "CREATE TABLE numbered (part int, n int, label text, PRIMARY KEY (part, n)) WITH compression = {'enabled': false}";

/** Writes rows with the numbers from 0, in partitions of all sizes, to all replicas. */
export async function writeNumbered(session: AsyncCassandraSession, count: number): Promise<void> {
  const insert = await session.prepare('INSERT INTO numbered (part, n, label) VALUES (?, ?, ?)', { idempotent: true });
  function* values(): Generator<readonly unknown[]> {
    for (let n = 0; n < count; n++)
      yield [n % WIDE_EVERY === 0 ? -1 : Math.floor(n / PARTITION_ROWS), n, `the row with the number ${n}`];
  }
  await session.executeConcurrent(insert, values(), {
    concurrency: 256,
    requestOptions: { consistency: 'ALL', timeoutMs: 60_000 },
  });
}

/** Counts how often each number has come: the rows themselves are the oracle. */
export class NumberTally {
  readonly #counts: Uint8Array;
  total = 0;

  constructor(count: number) {
    this.#counts = new Uint8Array(count);
  }

  note(n: number): void {
    this.#counts[n] = (this.#counts[n] ?? 0) + 1;
    this.total++;
  }

  noteRow(row: Row): void {
    this.note(row['n'] as number);
  }

  /** How many numbers have not come, and how many more than once. */
  get faults(): { readonly missing: number; readonly repeated: number } {
    let missing = 0;
    let repeated = 0;
    for (const count of this.#counts) {
      if (count === 0) missing++;
      if (count > 1) repeated++;
    }
    return { missing, repeated };
  }
}
