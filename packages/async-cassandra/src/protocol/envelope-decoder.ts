import { ProtocolError } from '../errors/index.ts';
import type { BodyDecompressor } from './body-decompressor.ts';
import { ByteReader } from './byte-reader.ts';
import { ENVELOPE_HEADER_BYTES } from './envelope.ts';
import { EnvelopeFlag } from './envelope-flag.ts';
import { Opcode } from './opcode.ts';
import type { ProtocolVersion } from './protocol-version.ts';
import { replyMemory } from './reply-memory.ts';
import { ReplyTooLargeError } from './reply-too-large-error.ts';

const RESPONSE_BIT = 0x80;
/** Memory for an envelope that has not arrived completely starts with its declared size or this, and doubles as bytes arrive. */
const FIRST_ASSEMBLY_BYTES = 1024 * 1024;
const NO_HEADER = -1;

/** Takes the envelopes that a decoder finds. */
export interface EnvelopeSink {
  /**
   * Called for every envelope, in order.
   *
   * @param reader stands on the body, decompressed; it is used again after the call.
   * @param owned true when the reader's buffer is private memory that the receiver may keep (with a reader of its own), and dispose of
   * when it has done with it; false when the bytes are gone after the call.
   */
  onEnvelope(streamId: number, opcode: number, flags: number, reader: ByteReader, owned: boolean): void;
}

/**
 * Finds the envelopes in a sequence of bytes that arrives in any pieces: what comes from a v4 socket, or out of v5 frames.
 *
 * An envelope that is complete in one piece is delivered where it lies. One that is not is assembled in memory of its own,
 * which is never allocated on the word of the length field alone.
 */
export class EnvelopeDecoder {
  readonly #sink: EnvelopeSink;
  readonly #version: ProtocolVersion;
  readonly #expectedVersionByte: number;
  readonly #maxBytes: number;
  readonly #reader: ByteReader = new ByteReader();
  /** Set when bodies may be compressed one by one (v4). */
  decompressor: BodyDecompressor | null = null;
  /** The version in the last header of the handshake that had another than the connection's; else the connection's. */
  lastVersion: number;
  #isHandshake = true;
  /** Makes `feed` return after the envelope that is being delivered. */
  isHalted = false;

  /** An incomplete envelope, header included, and how much of it there is. */
  #partial: Buffer | null = null;
  #filled = 0;
  /** Its whole size, or NO_HEADER as long as the header itself is incomplete. */
  #needed: number = NO_HEADER;

  constructor(version: ProtocolVersion, maxBytes: number, sink: EnvelopeSink) {
    this.#version = version;
    this.#expectedVersionByte = RESPONSE_BIT | version;
    this.#maxBytes = maxBytes;
    this.#sink = sink;
    this.lastVersion = version;
  }

  /** Whether an envelope has begun and not ended. */
  get hasPartial(): boolean {
    return this.#partial !== null;
  }

  /** Takes the bytes of an incomplete envelope back out. */
  takePartial(): Buffer {
    const bytes = this.#partial === null ? Buffer.alloc(0) : this.#partial.subarray(0, this.#filled);
    this.#partial = null;
    return bytes;
  }

  /**
   * Takes [pos, end) and delivers every envelope that is complete.
   *
   * @returns `end`, or where it stopped when `isHalted` was set during a delivery.
   */
  feed(buf: Buffer, view: DataView, pos: number, end: number): number {
    if (this.#partial !== null) {
      pos = this.#resume(buf, pos, end);
      if (this.isHalted) return pos;
    }
    while (end - pos >= ENVELOPE_HEADER_BYTES) {
      const bodyStart = pos + ENVELOPE_HEADER_BYTES;
      const bodyEnd = bodyStart + this.#checkHeader(buf, view, pos);
      if (bodyEnd > end) break;
      this.#deliver(buf, view, pos, bodyEnd, false);
      pos = bodyEnd;
      if (this.isHalted) return pos;
    }
    if (pos < end) this.#keep(buf, view, pos, end);
    return end;
  }

  /** Checks the header at `pos` and returns the length of the body. */
  #checkHeader(buf: Buffer, view: DataView, pos: number): number {
    if (buf[pos] !== this.#expectedVersionByte) this.#acceptOtherVersion(buf, pos);
    const length = view.getInt32(pos + 5);
    if (length < 0 || length > this.#maxBytes) {
      throw new ReplyTooLargeError(
        `An envelope declares a body of ${length} bytes where ${this.#maxBytes} are allowed; check fetchSize and limits.maxEnvelopeBytes`,
        view.getInt16(pos + 2),
      );
    }
    return length;
  }

  #deliver(buf: Buffer, view: DataView, pos: number, end: number, owned: boolean): void {
    const streamId = view.getInt16(pos + 2);
    const opcode = buf[pos + 4] as number;
    const flags = buf[pos + 1] as number;
    const body = pos + ENVELOPE_HEADER_BYTES;
    if (this.#isHandshake && opcode !== Opcode.ERROR && opcode !== Opcode.SUPPORTED) this.#isHandshake = false;
    if ((flags & EnvelopeFlag.COMPRESSION) !== 0 && this.#version < 5) {
      this.#deliverCompressed(streamId, opcode, flags & ~EnvelopeFlag.COMPRESSION, buf, view, body, end);
      return;
    }
    this.#sink.onEnvelope(streamId, opcode, flags, this.#reader.reset(buf, view, body, end), owned);
  }

  #deliverCompressed(
    streamId: number,
    opcode: number,
    flags: number,
    buf: Buffer,
    view: DataView,
    body: number,
    end: number,
  ): void {
    const decompressor = this.decompressor;
    if (decompressor === null) {
      throw new ProtocolError(
        'An envelope is compressed though no compression was agreed upon; check what sits between the client and the server',
      );
    }
    decompressor.decompress(buf, view, body, end, streamId);
    const reader = this.#reader.reset(decompressor.buf, decompressor.view, 0, decompressor.length);
    this.#sink.onEnvelope(streamId, opcode, flags, reader, decompressor.isOwned);
    if (!decompressor.isOwned) return;
    reader.release();
    decompressor.release();
  }

  /** Another version than expected: during the handshake an ERROR may carry the server's own, which tells what to propose next. */
  #acceptOtherVersion(buf: Buffer, pos: number): void {
    const versionByte = buf[pos] as number;
    const version = versionByte & ~RESPONSE_BIT;
    const isResponse = (versionByte & RESPONSE_BIT) !== 0;
    if (isResponse && this.#isHandshake) {
      this.lastVersion = version;
      if (version >= 3 && buf[pos + 4] === Opcode.ERROR) return;
      if (version === 1 || version === 2) {
        throw new ProtocolError(
          `The server speaks protocol version ${version}; check that it is Cassandra 3.0 or later`,
        );
      }
    }
    throw new ProtocolError(
      `An envelope starts with the byte 0x${versionByte.toString(16).padStart(2, '0')} instead of 0x${this.#expectedVersionByte.toString(16)}; ` +
        'check that the port is the native transport port and whether it wants TLS',
    );
  }

  /** Starts to assemble an envelope of which [pos, end) has arrived. */
  #keep(buf: Buffer, view: DataView, pos: number, end: number): void {
    const available = end - pos;
    this.#needed = available < ENVELOPE_HEADER_BYTES ? NO_HEADER : ENVELOPE_HEADER_BYTES + view.getInt32(pos + 5);
    const partial = replyMemory.borrow(
      this.#needed === NO_HEADER
        ? ENVELOPE_HEADER_BYTES
        : Math.max(available, Math.min(this.#needed, FIRST_ASSEMBLY_BYTES)),
    );
    buf.copy(partial, 0, pos, end);
    this.#partial = partial;
    this.#filled = available;
  }

  /** Adds [pos, end) to the incomplete envelope, and delivers it when that completes it. Returns where the next one starts. */
  #resume(buf: Buffer, pos: number, end: number): number {
    if (this.#needed === NO_HEADER) {
      pos = this.#fill(buf, pos, end, ENVELOPE_HEADER_BYTES);
      if (this.#filled < ENVELOPE_HEADER_BYTES) return pos;
      const header = this.#partial as Buffer;
      this.#needed = ENVELOPE_HEADER_BYTES + this.#checkHeader(header, viewOf(header), 0);
    }
    pos = this.#fill(buf, pos, end, this.#needed);
    if (this.#filled < this.#needed) return pos;
    const whole = this.#partial as Buffer;
    this.#partial = null;
    this.#deliver(whole, viewOf(whole), 0, this.#needed, true);
    // On a connection that falls idle the largest reply would stay in memory.
    this.#reader.release();
    return pos;
  }

  /** Copies bytes until the incomplete envelope has `target` of them. */
  #fill(buf: Buffer, pos: number, end: number, target: number): number {
    const count = Math.min(target - this.#filled, end - pos);
    let partial = this.#partial as Buffer;
    const filled = this.#filled + count;
    if (filled > partial.length) {
      const size = Math.max(filled, Math.min(target, Math.max(2 * partial.length, FIRST_ASSEMBLY_BYTES)));
      const grown = replyMemory.borrow(size);
      partial.copy(grown, 0, 0, this.#filled);
      replyMemory.giveBack(partial);
      partial = grown;
      this.#partial = grown;
    }
    buf.copy(partial, this.#filled, pos, pos + count);
    this.#filled = filled;
    return pos + count;
  }
}

function viewOf(buf: Buffer): DataView {
  return new DataView(buf.buffer, buf.byteOffset, buf.length);
}
