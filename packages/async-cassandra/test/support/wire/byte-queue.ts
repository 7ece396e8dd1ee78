/**
 * Bytes that arrived and were not consumed yet. Views handed out stay valid for ever: bytes are only ever appended, and
 * growing moves what is left to new memory.
 */
export class ByteQueue {
  buffer: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;

  get length(): number {
    return this.end - this.start;
  }

  /** Keeps `chunk` itself when nothing is waiting: the caller must not change it afterwards. */
  append(chunk: Buffer): void {
    if (this.start === this.end) {
      this.buffer = chunk;
      this.start = 0;
      this.end = chunk.length;
      return;
    }
    if (this.end + chunk.length > this.buffer.length || this.end === this.buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max((this.length + chunk.length) * 2, 4096));
      this.buffer.copy(grown, 0, this.start, this.end);
      this.buffer = grown;
      this.end -= this.start;
      this.start = 0;
    }
    chunk.copy(this.buffer, this.end);
    this.end += chunk.length;
  }

  consume(count: number): void {
    this.start += count;
  }

  takeAll(): Buffer {
    const bytes = this.buffer.subarray(this.start, this.end);
    this.start = this.end;
    return bytes;
  }
}
