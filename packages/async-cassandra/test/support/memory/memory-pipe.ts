import type { Timers } from '../../../src/connection/index.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** How one direction of an in-memory link behaves; may be changed at any time. */
export interface LinkConditions {
  /** Time on the way, ms. */
  latencyMs: number;
  /** Added to the latency, uniform from 0 to this. Bytes of one direction stay in order. */
  jitterMs: number;
  /** The largest piece that arrives at once; pieces have random sizes up to it. Infinity: as they were written. */
  maxChunkBytes: number;
  /** Bytes under way or unread by the receiver before the sender has to buffer. */
  windowBytes: number;
}

export const defaultConditions: Readonly<LinkConditions> = {
  latencyMs: 0,
  jitterMs: 0,
  maxChunkBytes: Number.POSITIVE_INFINITY,
  windowBytes: 256 * 1024,
};

interface PendingWrite {
  readonly bytes: Uint8Array;
  readonly done: () => void;
  taken: number;
}

/** What travels: bytes, or the end of the stream. */
type Parcel = Buffer | 'end';

export interface PipeReceiver {
  onBytes(chunk: Buffer): void;
  onEnd(): void;
  /** The sender's buffer, which had grown beyond the high-water mark, is empty again. */
  onDrain(): void;
}

const HIGH_WATER_MARK = 16 * 1024;

/** One direction of a link: a sender's buffer, a stretch of network, a receiver who may not read. */
export class MemoryPipe {
  readonly conditions: LinkConditions;
  /** Bytes accepted from the sender that did not fit into the window yet. */
  bufferedBytes = 0;
  /** All bytes the receiver was given. */
  deliveredBytes = 0;
  /** Half-open: what is sent from now on vanishes, the sender notices nothing. */
  isBlackHole = false;
  private readonly timers: Timers;
  private readonly random: SeededRandom;
  private readonly receiver: PipeReceiver;
  private readonly writes: PendingWrite[] = [];
  /** Under way, in order; every scheduled arrival takes the first. */
  private readonly parcels: Parcel[] = [];
  /** Arrived, but the receiver does not read. */
  private readonly unread: Parcel[] = [];
  private windowUsed = 0;
  private lastArrival = 0;
  private isStalled = false;
  private isEnding = false;
  private endIsSent = false;
  private needsDrain = false;
  private isClosed = false;

  constructor(timers: Timers, random: SeededRandom, conditions: LinkConditions, receiver: PipeReceiver) {
    this.timers = timers;
    this.random = random;
    this.conditions = conditions;
    this.receiver = receiver;
  }

  write(bytes: Uint8Array, done: () => void): void {
    if (this.isClosed || this.isEnding) {
      this.timers.nextTick(done);
      return;
    }
    this.writes.push({ bytes, done, taken: 0 });
    this.bufferedBytes += bytes.length;
    this.pump();
    if (this.bufferedBytes >= HIGH_WATER_MARK) this.needsDrain = true;
  }

  /** Ends the stream behind what was written. */
  end(): void {
    if (this.isEnding) return;
    this.isEnding = true;
    this.pump();
  }

  /** Ends the stream behind what has left the sender; the rest is lost. */
  abort(): void {
    this.dropWrites();
    this.end();
  }

  /** Nothing arrives from now on; writes that wait are called done. */
  close(): void {
    this.isClosed = true;
    this.dropWrites();
    this.parcels.length = 0;
    this.unread.length = 0;
  }

  /** The receiver stops reading: the window fills, then the sender's buffer. */
  stall(): void {
    this.isStalled = true;
  }

  /** The receiver reads again. */
  resume(): void {
    if (!this.isStalled) return;
    this.isStalled = false;
    while (!this.isStalled && !this.isClosed && this.unread.length > 0) this.hand(this.unread.shift() as Parcel);
  }

  private dropWrites(): void {
    for (const { done } of this.writes.splice(0)) this.timers.nextTick(done);
    this.bufferedBytes = 0;
  }

  /** Moves bytes from the sender's buffer into the window. */
  private pump(): void {
    let write = this.writes[0];
    while (write !== undefined && this.windowUsed < this.conditions.windowBytes) {
      const count = Math.min(write.bytes.length - write.taken, this.conditions.windowBytes - this.windowUsed);
      // Copied at this moment, as a kernel does: a sender that changes bytes before `done` is found out.
      const chunk = Buffer.from(write.bytes.subarray(write.taken, write.taken + count));
      write.taken += count;
      this.bufferedBytes -= count;
      if (write.taken === write.bytes.length) {
        this.writes.shift();
        this.timers.nextTick(write.done);
      }
      // What vanishes is never acknowledged: it fills the window for good.
      this.windowUsed += count;
      if (!this.isBlackHole) this.post(chunk);
      write = this.writes[0];
    }
    if (this.bufferedBytes === 0 && this.needsDrain) {
      this.needsDrain = false;
      this.timers.setImmediate(() => {
        if (!this.isClosed) this.receiver.onDrain();
      });
    }
    if (this.isEnding && this.writes.length === 0 && !this.endIsSent) {
      this.endIsSent = true;
      if (!this.isBlackHole) this.schedule('end');
    }
  }

  private post(chunk: Buffer): void {
    const { maxChunkBytes } = this.conditions;
    for (let at = 0; at < chunk.length; ) {
      const size = maxChunkBytes === Number.POSITIVE_INFINITY ? chunk.length : this.random.int(1, maxChunkBytes);
      this.schedule(chunk.subarray(at, at + size));
      at += size;
    }
  }

  private schedule(parcel: Parcel): void {
    const { latencyMs, jitterMs } = this.conditions;
    const now = this.timers.now();
    this.lastArrival = Math.max(this.lastArrival, now + latencyMs + (jitterMs > 0 ? this.random.next() * jitterMs : 0));
    this.parcels.push(parcel);
    const wait = this.lastArrival - now;
    const arrive = (): void => this.arrive();
    if (wait <= 0) this.timers.setImmediate(arrive);
    else this.timers.setTimeout(arrive, wait);
  }

  private arrive(): void {
    const parcel = this.parcels.shift();
    if (parcel === undefined || this.isClosed) return;
    if (this.isStalled || this.unread.length > 0) this.unread.push(parcel);
    else this.hand(parcel);
  }

  private hand(parcel: Parcel): void {
    if (parcel === 'end') {
      this.receiver.onEnd();
      return;
    }
    this.windowUsed -= parcel.length;
    this.deliveredBytes += parcel.length;
    this.receiver.onBytes(parcel);
    if (!this.isClosed) this.pump();
  }
}
