import { crc24, crc32, encodeFrame, MAX_FRAME_PAYLOAD } from '../wire/index.ts';
import type { WireForm } from './canned-replies.ts';

const HEADER_BYTES = 6;
const CRC_BYTES = 4;
const SLAB_BYTES = 256 * 1024;

/** Where gathered replies go; the slab is the sink's until it gives it back by `done`. */
export type ReplySink = (slab: Buffer, length: number, done: () => void) => void;

/** Gathers canned envelopes and sends those of one read together, in frames where the version has them. */
export class ReplyWriter {
  private readonly form: WireForm;
  private readonly sink: ReplySink;
  private readonly spare: Buffer[] = [];
  private slab: Buffer = Buffer.allocUnsafeSlow(SLAB_BYTES);
  private at = 0;
  /** Where the open frame begins, or -1. */
  private frameAt = -1;

  constructor(form: WireForm, sink: ReplySink) {
    this.form = form;
    this.sink = sink;
  }

  add(envelope: Buffer, streamId: number): void {
    const { length } = envelope;
    if (this.at + length + HEADER_BYTES + CRC_BYTES > SLAB_BYTES) this.flush();
    if (this.form.version >= 5) {
      if (this.frameAt >= 0 && this.at - this.frameAt - HEADER_BYTES + length > MAX_FRAME_PAYLOAD) this.seal();
      if (this.frameAt < 0) {
        this.frameAt = this.at;
        this.at += HEADER_BYTES;
      }
    }
    const { slab, at } = this;
    slab.set(envelope, at);
    slab[at + 2] = streamId >> 8;
    slab[at + 3] = streamId & 0xff;
    this.at = at + length;
  }

  flush(): void {
    if (this.at === 0) return;
    if (this.frameAt >= 0) this.seal();
    const { slab, at } = this;
    this.at = 0;
    this.slab = this.spare.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES);
    this.sink(slab, at, () => this.spare.push(slab));
  }

  /** Closes the open frame. */
  private seal(): void {
    const { slab, frameAt, at } = this;
    const payload = slab.subarray(frameAt + HEADER_BYTES, at);
    this.frameAt = -1;
    if (this.form.compression === 'lz4') {
      const frame = encodeFrame(payload, true, 'lz4');
      slab.set(frame, frameAt);
      this.at = frameAt + frame.length;
      return;
    }
    slab.writeUIntLE(payload.length + 2 ** 17, frameAt, 3);
    slab.writeUIntLE(crc24(slab.subarray(frameAt, frameAt + 3)), frameAt + 3, 3);
    this.at = slab.writeUInt32LE(crc32(payload), at);
  }
}
