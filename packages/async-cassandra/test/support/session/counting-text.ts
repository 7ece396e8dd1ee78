import type { Codec } from '../../../src/codecs/index.ts';

/** Counts the cells that are decoded, and their bytes. */
export class CountingText implements Codec<string> {
  readonly cqlType = 'text';
  decoded = 0;
  bytes = 0;

  encode(value: string): Uint8Array {
    return Buffer.from(value);
  }

  decode(bytes: Uint8Array): string {
    this.decoded++;
    this.bytes += bytes.length;
    return `${bytes.length}`;
  }
}

/** The most bytes that were decoded in one turn of the event loop while `work` was done. */
export async function mostInOneTurn(codec: CountingText, work: () => Promise<void>): Promise<number> {
  let most = 0;
  let isOver = false;
  // Virtual time moves on by one event a turn of the real event loop.
  const turn = (): void => {
    most = Math.max(most, codec.bytes);
    codec.bytes = 0;
    if (!isOver) setImmediate(turn);
  };
  turn();
  try {
    await work();
  } finally {
    isOver = true;
    turn();
  }
  return most;
}
