import { inspect } from 'node:util';

/**
 * Runs one race for each of `count` seeds from `first` on. A failure, or a rejection that nobody handled, names the seed
 * that repeats it.
 */
export async function raceSeeds(first: number, count: number, race: (seed: number) => Promise<void>): Promise<void> {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => {
    unhandled.push(reason);
  };
  process.on('unhandledRejection', note);
  try {
    for (let i = 0; i < count; i++) {
      const seed = (first + i) >>> 0;
      try {
        await race(seed);
        // Rejections are reported on the turn after theirs.
        await new Promise((resolve) => setImmediate(resolve));
        if (unhandled.length > 0) throw new Error(`Nobody handled ${inspect(unhandled[0])}`);
      } catch (cause) {
        const message = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`${message}\nRepeat with TEST_SEED=${seed}`, { cause });
      }
    }
  } finally {
    process.off('unhandledRejection', note);
  }
}
