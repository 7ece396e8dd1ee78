import type { RequestHandler } from './request-handler.ts';

const FIRST_CAPACITY = 64;
/** Stream ids are signed shorts; negative ones belong to the server (native protocol v5, section 2.4.1.3). */
export const MAX_STREAM_IDS = 32_768;

/** Marks of ids that are taken although nobody waits for them. They are never called. */
function mark(): RequestHandler {
  const never = (): never => {
    throw new Error('A mark in the in-flight table was called');
  };
  return {
    opcode: 0,
    envelopeFlags: 0,
    encode: never,
    onResponse: never,
    onConnectionLost: never,
    onAttemptTimeout: never,
  };
}

/** The caller has gone, the reply has not come: the id must not be reused. */
export const orphanMark: RequestHandler = mark();
/** Cancelled before it was written: to be cut out of the write buffer. */
export const unsentMark: RequestHandler = mark();

/**
 * Stream ids, the requests that hold them, and their deadlines. Ids are taken from a stack, so that the same few low
 * ids serve a steady load and the arrays stay short.
 */
export class InFlightTable {
  readonly #maxIds: number;
  #free: Int16Array;
  #freeCount = 0;
  #capacity = 0;
  /** By stream id: who waits, a mark, or null when the id is free. */
  handlers: (RequestHandler | null)[] = [];
  /**
   * By stream id: while unsent, minus the time allowed in ms; once written, the deadline on the clock.
   * Stamping when a whole batch is written spares a clock reading for every request.
   */
  deadlines: Float64Array;

  constructor(maxIds: number) {
    this.#maxIds = Math.min(maxIds, MAX_STREAM_IDS);
    this.#free = new Int16Array(0);
    this.deadlines = new Float64Array(0);
  }

  get capacity(): number {
    return this.#capacity;
  }

  /** A free id, or -1. */
  take(): number {
    if (this.#freeCount === 0 && !this.#grow()) return -1;
    return this.#free[--this.#freeCount] as number;
  }

  release(id: number): void {
    this.handlers[id] = null;
    this.#free[this.#freeCount++] = id;
  }

  #grow(): boolean {
    const from = this.#capacity;
    if (from >= this.#maxIds) return false;
    const to = Math.min(this.#maxIds, from === 0 ? FIRST_CAPACITY : from * 2);
    const deadlines = new Float64Array(to);
    deadlines.set(this.deadlines);
    this.deadlines = deadlines;
    this.#free = new Int16Array(to);
    for (let id = to - 1; id >= from; id--) this.#free[this.#freeCount++] = id;
    for (let id = from; id < to; id++) this.handlers.push(null);
    this.#capacity = to;
    return true;
  }
}
