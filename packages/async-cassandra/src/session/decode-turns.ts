import type { Row } from '../codecs/index.ts';
import type { Timers } from '../connection/index.ts';
import type { RawPage } from './raw-page.ts';

/** Whoever decodes lets others have the event loop after this much (rule 13 of the design). */
export const SLICE_BYTES: number = 256 * 1024;

/**
 * What one reader may decode in a turn of the event loop, page after page: one whose pages have come already, and who
 * waits for nothing else, would keep it for as long as there are rows.
 */
export class DecodeTurns {
  readonly #timers: Timers;
  #bytesLeft = SLICE_BYTES;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Whether `next` has to be awaited before anything more is decoded. */
  get isUsedUp(): boolean {
    return this.#bytesLeft <= 0;
  }

  /** Lets everybody else have the event loop once. */
  next(): Promise<void> {
    this.#bytesLeft = SLICE_BYTES;
    return new Promise((resolve) => this.#timers.setImmediate(resolve));
  }

  /**
   * Decodes further rows and appends them: as many as this turn has room for, one at least, and `count` at most.
   * @throws ProtocolError, InvalidValueError
   */
  decode(page: RawPage, rows: Row[], count: number = Infinity): void {
    const bytes = page.remainingBytes;
    const { length } = rows;
    page.decodeInto(rows, Math.min(count, page.rowsWithin(this.#bytesLeft)));
    const taken = bytes - page.remainingBytes;
    this.#bytesLeft -= taken;
    // What is left lets one more row pass only if it is as large as an average one.
    if (this.#bytesLeft < taken / (rows.length - length)) this.#bytesLeft = 0;
  }
}
