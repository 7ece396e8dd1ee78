import type { AsyncCassandraSession, Params, PreparedStatement } from 'async-cassandra';

/** What one would write by hand: so many loops that share an iterator. */
export async function semaphoreLoop(
  session: AsyncCassandraSession,
  statement: PreparedStatement,
  params: Iterable<Params>,
  concurrency: number,
): Promise<number> {
  const iterator = params[Symbol.iterator]();
  let done = 0;
  const work = async (): Promise<void> => {
    for (let step = iterator.next(); step.done !== true; step = iterator.next()) {
      await session.execute(statement, step.value);
      done++;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return done;
}
