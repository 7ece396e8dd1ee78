import type { RequestHandler } from './request-handler.ts';

const FIRST_CAPACITY = 64;
/** Stream ids are signed shorts; negative ones belong to the server (native protocol v5, section 2.4.1.3). */
export const MAX_STREAM_IDS = 32_768;
/** The shortest time allowed: what is not positive would look like a deadline. */
const MIN_TIMEOUT_MS = 1;

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
  readonly maxIds: number;
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
  /** Requests whose callers wait. */
  inFlight = 0;
  /** Ids whose callers are gone, waiting for a late reply. */
  orphaned = 0;
  /** No deadline is earlier; the request it belonged to may have been answered since. */
  nextDeadline: number = Infinity;

  constructor(maxIds: number) {
    this.maxIds = Math.min(maxIds, MAX_STREAM_IDS);
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

  /** The request that has been given `id` is in the write buffer. */
  hold(id: number, handler: RequestHandler, timeoutMs: number): void {
    this.handlers[id] = handler;
    this.deadlines[id] = timeoutMs > MIN_TIMEOUT_MS ? -timeoutMs : -MIN_TIMEOUT_MS;
    this.inFlight++;
  }

  release(id: number): void {
    this.handlers[id] = null;
    this.#free[this.#freeCount++] = id;
  }

  isWritten(id: number): boolean {
    return (this.deadlines[id] as number) >= 0;
  }

  /** Who waits for the reply that came on `id`, or null when it is an orphan's; undefined: no request was written on it. */
  answered(id: number): RequestHandler | null | undefined {
    const handler = id < this.#capacity ? this.handlers[id] : null;
    if (handler === null || handler === undefined || (this.deadlines[id] as number) < 0) return undefined;
    this.release(id);
    if (handler === orphanMark) {
      this.orphaned--;
      return null;
    }
    this.inFlight--;
    return handler;
  }

  /** The caller of a written request goes. */
  orphan(id: number): void {
    this.handlers[id] = orphanMark;
    this.inFlight--;
    this.orphaned++;
  }

  /** The caller of an unsent request goes. */
  abandonUnsent(id: number): void {
    this.handlers[id] = unsentMark;
    this.inFlight--;
  }

  /** The first `count` of these requests are being written: their time begins. */
  stamp(ids: readonly number[], count: number, now: number): void {
    const { deadlines } = this;
    let earliest = this.nextDeadline;
    for (let i = 0; i < count; i++) {
      const id = ids[i] as number;
      const deadline = now - (deadlines[id] as number);
      deadlines[id] = deadline;
      if (deadline < earliest) earliest = deadline;
    }
    this.nextDeadline = earliest;
  }

  /**
   * The first written request at or above `from` whose deadline has passed, or -1. A scan begins at 0 and goes on
   * behind what was found until there is no more; then `nextDeadline` is right, whatever was sent in between.
   */
  nextDue(from: number, now: number): number {
    if (from === 0) this.nextDeadline = Infinity;
    for (let id = from; id < this.#capacity; id++) {
      const handler = this.handlers[id];
      if (handler === null || handler === orphanMark || handler === unsentMark) continue;
      const deadline = this.deadlines[id] as number;
      if (deadline < 0) continue;
      if (deadline <= now) return id;
      if (deadline < this.nextDeadline) this.nextDeadline = deadline;
    }
    return -1;
  }

  /** Empties the table, calling `visit` for each request whose caller waits. */
  drain(visit: (handler: RequestHandler, wasWritten: boolean) => void): void {
    for (let id = 0; id < this.#capacity; id++) {
      const handler = this.handlers[id];
      if (handler === null || handler === undefined) continue;
      this.handlers[id] = null;
      if (handler === orphanMark || handler === unsentMark) continue;
      this.inFlight--;
      visit(handler, this.isWritten(id));
    }
    this.orphaned = 0;
  }

  #grow(): boolean {
    const from = this.#capacity;
    if (from >= this.maxIds) return false;
    const to = Math.min(this.maxIds, from === 0 ? FIRST_CAPACITY : from * 2);
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
