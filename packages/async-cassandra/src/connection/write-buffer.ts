import {
  type BlockCompressor,
  ByteWriter,
  compressBody,
  createCompressor,
  type CompressionAlgorithm,
  ENVELOPE_HEADER_BYTES,
  FRAME_HEADER_BYTES,
  MAX_FRAME_PAYLOAD,
  sealFrame,
  splitFrames,
} from '../protocol/index.ts';
import type { Transport } from './seams.ts';

const FIRST_SLAB_BYTES = 2048;
/** Slabs that grew beyond this for one large request are not kept. */
const LARGEST_KEPT_SLAB_BYTES = 256 * 1024;
const SPARE_SLABS = 4;

/** A write buffer and the callback that hands it back once its bytes have left. */
interface Slab {
  readonly writer: ByteWriter;
  readonly done: () => void;
}

/**
 * Where requests are encoded: envelopes gather in one slab until it is flushed, which costs one write however many
 * there are. On v5 the frame's header is reserved in front of them, so that an ordinary flush copies nothing.
 */
export class WriteBuffer {
  readonly #transport: Transport;
  readonly #spare: Slab[] = [];
  #slab: Slab;
  #compressor: BlockCompressor | null = null;
  #framed = false;
  /** The slab that is being filled; replaced by every flush. */
  writer: ByteWriter;
  bytesSent = 0;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#slab = this.#newSlab();
    this.writer = this.#slab.writer;
  }

  /** From now on bytes are v5 frames. Nothing may be waiting. */
  enableFraming(): void {
    this.#framed = true;
    this.#reserveHeader();
  }

  /** From now on bodies (v4) or frames (v5) are compressed. */
  enableCompression(algorithm: CompressionAlgorithm): void {
    this.#compressor = createCompressor(algorithm);
    this.#reserveHeader();
  }

  /** To be called after each envelope, which started at `start`. */
  envelopeDone(start: number): void {
    if (!this.#framed && this.#compressor !== null) compressBody(this.writer, start, this.#compressor);
  }

  /** Cuts out the envelopes whose stream id `isCancelled` says. */
  compact(isCancelled: (streamId: number) => boolean): void {
    const { writer } = this;
    const first = this.#reserved();
    let to = first;
    for (let from = first; from < writer.pos; ) {
      const end = from + ENVELOPE_HEADER_BYTES + writer.view.getInt32(from + 5);
      if (!isCancelled(writer.view.getInt16(from + 2))) {
        if (to !== from) writer.buf.copyWithin(to, from, end);
        to += end - from;
      }
      from = end;
    }
    writer.pos = to;
  }

  /** Hands all that waits to the transport, in one write. */
  flush(): void {
    const { writer } = this;
    const first = this.#reserved();
    const payloadBytes = writer.pos - first;
    if (payloadBytes === 0) return;
    const slab = this.#slab;
    let bytes: Uint8Array;
    if (!this.#framed) {
      bytes = writer.buf.subarray(0, writer.pos);
    } else if (first > 0 && payloadBytes <= MAX_FRAME_PAYLOAD) {
      sealFrame(writer, 0);
      bytes = writer.buf.subarray(0, writer.pos);
    } else {
      bytes = splitFrames(writer.buf.subarray(first, writer.pos), this.#compressor);
    }
    this.bytesSent += bytes.length;
    this.#slab = this.#spare.pop() ?? this.#newSlab();
    this.writer = this.#slab.writer;
    this.#reserveHeader();
    this.#transport.write(bytes, slab.done);
  }

  #newSlab(): Slab {
    const slab: Slab = {
      writer: new ByteWriter(FIRST_SLAB_BYTES),
      done: () => {
        if (this.#spare.length < SPARE_SLABS && slab.writer.buf.length <= LARGEST_KEPT_SLAB_BYTES)
          this.#spare.push(slab);
      },
    };
    return slab;
  }

  /** Bytes at the start of a slab that are kept free for the header of a v5 frame. */
  #reserved(): number {
    return this.#framed && this.#compressor === null ? FRAME_HEADER_BYTES : 0;
  }

  #reserveHeader(): void {
    this.writer.pos = this.#reserved();
  }
}
