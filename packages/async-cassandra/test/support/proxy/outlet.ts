import type { Socket } from 'node:net';

/** What is done to bytes on their way; shared by all connections of a proxy and changed at any time. */
export interface LinkShape {
  /** Added to every byte's way, ms; order is kept. */
  latencyMs: number;
  /** Infinity: as fast as it goes. */
  bytesPerSecond: number;
  /** Bytes vanish. */
  isBlackHole: boolean;
}

const HIGH_WATER_MARK = 1024 * 1024;

interface Parcel {
  readonly bytes: Buffer;
  readonly due: number;
}

/** Bytes on their way to one side: late, slow, or held. */
export class Outlet {
  private readonly target: Socket;
  private readonly source: Socket;
  private readonly shape: LinkShape;
  private readonly queue: Parcel[] = [];
  private queuedBytes = 0;
  private freeAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private isStalled = false;
  private isEnding = false;

  constructor(source: Socket, target: Socket, shape: LinkShape) {
    this.source = source;
    this.target = target;
    this.shape = shape;
    target.on('drain', () => this.unblock());
  }

  send(bytes: Buffer): void {
    const { latencyMs, bytesPerSecond, isBlackHole } = this.shape;
    if (isBlackHole || bytes.length === 0) return;
    const now = performance.now();
    this.freeAt = Math.max(this.freeAt, now) + (bytes.length / bytesPerSecond) * 1000;
    const due = this.freeAt + latencyMs;
    if (this.queue.length === 0 && due <= now && !this.isStalled) {
      this.write(bytes);
      return;
    }
    this.queue.push({ bytes, due });
    this.queuedBytes += bytes.length;
    if (this.queuedBytes > HIGH_WATER_MARK) this.source.pause();
    this.schedule();
  }

  /** Ends the target behind what is on its way. */
  end(): void {
    if (this.shape.isBlackHole) return;
    this.isEnding = true;
    if (this.queue.length === 0) this.target.end();
  }

  /** Reads no more from the source, and sends nothing. */
  stall(): void {
    this.isStalled = true;
    this.source.pause();
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  resume(): void {
    if (!this.isStalled) return;
    this.isStalled = false;
    this.schedule();
    this.unblock();
  }

  close(): void {
    clearTimeout(this.timer);
    this.queue.length = 0;
  }

  private schedule(): void {
    const [first] = this.queue;
    if (first === undefined || this.timer !== undefined || this.isStalled) return;
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        this.sendDue();
      },
      Math.max(0, first.due - performance.now()),
    );
  }

  private sendDue(): void {
    const now = performance.now();
    // Timers of Node may come up to one millisecond early.
    for (let parcel = this.queue[0]; parcel !== undefined && parcel.due <= now + 1; parcel = this.queue[0]) {
      this.queue.shift();
      this.queuedBytes -= parcel.bytes.length;
      this.write(parcel.bytes);
    }
    if (this.queue.length === 0 && this.isEnding) this.target.end();
    this.schedule();
    this.unblock();
  }

  private write(bytes: Buffer): void {
    if (!this.target.writable) return;
    if (!this.target.write(bytes)) this.source.pause();
  }

  private unblock(): void {
    if (!this.isStalled && this.queuedBytes <= HIGH_WATER_MARK && !this.target.writableNeedDrain) this.source.resume();
  }
}
