import type { AsyncCassandraSession } from 'async-cassandra';

/** Rows a partition. */
const PER_BUCKET = 1_000;

export const SELECT = 'SELECT bucket, n, id, label, value, at, flag FROM events';

/** Makes a table with `rowCount` rows of seven columns in the session's keyspace. */
export async function makeBigTable(session: AsyncCassandraSession, rowCount: number): Promise<void> {
  await session.execute(
    'CREATE TABLE events (bucket int, n int, id uuid, label text, value double, at timestamp, flag boolean, PRIMARY KEY (bucket, n))',
    undefined,
    { timeoutMs: 60_000 },
  );
  const insert = await session.prepare(
    'INSERT INTO events (bucket, n, id, label, value, at, flag) VALUES (?, ?, ?, ?, ?, ?, ?)',
    { idempotent: true },
  );
  await session.executeConcurrent(insert, valuesOf(rowCount), { concurrency: 256 });
}

function* valuesOf(rowCount: number): Generator<readonly unknown[]> {
  for (let i = 0; i < rowCount; i++) {
    const id = `00000000-0000-4000-8000-${i.toString(16).padStart(12, '0')}`;
    const at = new Date(1_700_000_000_000 + i);
    yield [Math.floor(i / PER_BUCKET), i % PER_BUCKET, id, `event number ${i}`, i / 8, at, i % 2 === 0];
  }
}

/** Every column of a row, as one number: who adds them up has read the same rows as others with the same sum. */
export function weigh(row: Readonly<Record<string, unknown>>): number {
  const { bucket, n, id, label, value, at, flag } = row;
  return (
    (bucket as number) +
    (n as number) +
    (label as string).length +
    (value as number) +
    ((at as Date).getTime() % 1000) +
    (flag === true ? 1 : 0) +
    (id === null ? 1 : 0)
  );
}
