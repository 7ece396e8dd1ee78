import { ProtocolError } from '../errors/index.ts';
import type { CompressionAlgorithm } from './compression.ts';
import { LZ4_MAX_RATIO, lz4Decompress, lz4DecompressedLength } from './lz4.ts';
import { ScratchBuffer } from './scratch-buffer.ts';
import { readSnappyPreamble, SNAPPY_MAX_RATIO, snappyDecompress, snappyDecompressedLength } from './snappy.ts';
import { replyMemory } from './reply-memory.ts';
import { ReplyTooLargeError } from './reply-too-large-error.ts';

/** Bodies up to this size are decompressed into one buffer that is used again. */
const SHARED_BYTES = 128 * 1024;
/** A declared size is taken on trust up to 4 times the bytes at hand plus this; beyond, the block is measured first. */
const TRUSTED_BYTES = 1024 * 1024;
const TRUSTED_RATIO = 4;

/** Decompresses the bodies of v4 envelopes (v4 specification, section 5). What it returned last is overwritten by the next call unless `isOwned`. */
export class BodyDecompressor {
  readonly #algorithm: CompressionAlgorithm;
  readonly #maxBytes: number;
  readonly #shared: ScratchBuffer = new ScratchBuffer();
  /** The bytes of the last body are the first `length` of `buf`. */
  buf: Buffer = this.#shared.buf;
  view: DataView = this.#shared.view;
  length = 0;
  /** Whether `buf` was made for the last body alone. */
  isOwned = false;

  constructor(algorithm: CompressionAlgorithm, maxBytes: number) {
    this.#algorithm = algorithm;
    this.#maxBytes = maxBytes;
  }

  /**
   * Decompresses [from, to) of `source`.
   *
   * @throws ProtocolError when the block is corrupt or its size is not the declared one.
   */
  decompress(source: Buffer, view: DataView, from: number, to: number, streamId: number): void {
    if (this.#algorithm === 'lz4') {
      // The block follows its uncompressed length, a big-endian [int].
      if (to - from < 4)
        throw new ProtocolError('A compressed body is cut off; check that both sides agree on the compression');
      const length = view.getUint32(from);
      this.#makeRoom(length, source, from + 4, to, streamId);
      lz4Decompress(source, from + 4, to, this.buf, 0, length);
    } else {
      const { length, next } = readSnappyPreamble(source, from, to);
      this.#makeRoom(length, source, next, to, streamId);
      snappyDecompress(source, next, to, this.buf, 0, length);
    }
  }

  /** Lets go of the last body, if it has memory of its own. */
  release(): void {
    this.buf = this.#shared.buf;
    this.view = this.#shared.view;
    this.length = 0;
    this.isOwned = false;
  }

  #makeRoom(length: number, source: Buffer, from: number, to: number, streamId: number): void {
    const isLz4 = this.#algorithm === 'lz4';
    const received = to - from;
    if (length > this.#maxBytes) {
      throw new ReplyTooLargeError(
        `A compressed body declares ${length} bytes where ${this.#maxBytes} are allowed; check fetchSize and limits.maxEnvelopeBytes`,
        streamId,
      );
    }
    const isPlausible = length <= received * (isLz4 ? LZ4_MAX_RATIO : SNAPPY_MAX_RATIO);
    const isTrusted = length <= received * TRUSTED_RATIO + TRUSTED_BYTES;
    if (!isPlausible || (!isTrusted && length !== measure(isLz4, source, from, to))) {
      throw new ProtocolError(
        `A compressed body of ${received} bytes cannot hold the ${length} it declares; check that both sides agree on the compression`,
      );
    }
    this.length = length;
    this.isOwned = length > SHARED_BYTES;
    if (this.isOwned) {
      this.buf = replyMemory.borrow(length);
      this.view = new DataView(this.buf.buffer, this.buf.byteOffset, this.buf.length);
    } else {
      this.#shared.reserve(length);
      this.buf = this.#shared.buf;
      this.view = this.#shared.view;
    }
  }
}

function measure(isLz4: boolean, source: Buffer, from: number, to: number): number {
  return isLz4 ? lz4DecompressedLength(source, from, to) : snappyDecompressedLength(source, from, to);
}
