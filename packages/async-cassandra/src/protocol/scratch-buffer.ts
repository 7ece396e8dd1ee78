const SMALLEST_BYTES = 4096;

/** A buffer that is used again and again for bytes that nobody keeps, and grows to the largest size asked for. */
export class ScratchBuffer {
  buf: Buffer = Buffer.alloc(0);
  /** Covers exactly the bytes of `buf`. */
  view: DataView = new DataView(this.buf.buffer, 0, 0);

  /** Makes `buf` at least `length` bytes long. When it grows, what was in it is lost. */
  reserve(length: number): void {
    if (this.buf.length >= length) return;
    let size = SMALLEST_BYTES;
    while (size < length) size *= 2;
    const grown = Buffer.allocUnsafeSlow(size);
    this.buf = grown;
    this.view = new DataView(grown.buffer, grown.byteOffset, size);
  }
}
