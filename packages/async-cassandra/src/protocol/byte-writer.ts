import { InvalidValueError } from '../errors/index.ts';
import { encodeUtf8 } from './text.ts';
import { parseUuid } from './uuid.ts';

const MAX_SHORT = 0xffff;
/** Longer text is measured before room is made for it, instead of taking 3 bytes a code unit. */
const MEASURED_TEXT_CHARS = 4096;

/**
 * Writes the notations of the native protocol (v5 specification, section 3) into one growing buffer.
 *
 * `buf` and `view` are replaced when the buffer grows: read them again after any call that writes or reserves.
 */
export class ByteWriter {
  buf: Buffer;
  /** Covers exactly the bytes of `buf`. */
  view: DataView;
  /** Where the next write goes; what is before it has been written. */
  pos = 0;

  constructor(initialBytes: number) {
    this.buf = Buffer.allocUnsafeSlow(Math.max(initialBytes, 64));
    this.view = new DataView(this.buf.buffer, this.buf.byteOffset, this.buf.length);
  }

  /** Makes room for `n` more bytes. */
  reserve(n: number): void {
    if (this.pos + n > this.buf.length) this.#grow(this.pos + n);
  }

  writeByte(value: number): void {
    this.reserve(1);
    this.buf[this.pos++] = value;
  }

  /** [short] */
  writeShort(value: number): void {
    this.reserve(2);
    this.view.setUint16(this.pos, value);
    this.pos += 2;
  }

  /** [int] */
  writeInt(value: number): void {
    this.reserve(4);
    this.view.setInt32(this.pos, value);
    this.pos += 4;
  }

  /** [long] */
  writeLong(value: bigint): void {
    this.reserve(8);
    this.view.setBigInt64(this.pos, value);
    this.pos += 8;
  }

  /** UTF-8 text without a length field; returns the number of bytes written. */
  writeUtf8(text: string): number {
    this.reserve(text.length > MEASURED_TEXT_CHARS ? Buffer.byteLength(text) : text.length * 3);
    const written = encodeUtf8(text, this.buf, this.pos);
    this.pos += written;
    return written;
  }

  /**
   * [string]
   *
   * @throws InvalidValueError when the text takes more than 65,535 bytes.
   */
  writeString(text: string): void {
    const start = this.pos;
    this.reserve(2);
    this.pos = start + 2;
    const length = this.writeUtf8(text);
    if (length > MAX_SHORT) {
      this.pos = start;
      throw tooLong('string', length);
    }
    this.view.setUint16(start, length);
  }

  /** [long string] */
  writeLongString(text: string): void {
    const start = this.pos;
    this.reserve(4);
    this.pos = start + 4;
    const length = this.writeUtf8(text);
    this.view.setInt32(start, length);
  }

  /**
   * [uuid], from its text.
   *
   * @throws InvalidValueError when the text is not a UUID.
   */
  writeUuid(text: string): void {
    this.reserve(16);
    if (!parseUuid(text, this.buf, this.pos)) {
      throw new InvalidValueError('A UUID is not of the form 8-4-4-4-12 hexadecimal digits; check the value');
    }
    this.pos += 16;
  }

  /** [string list] */
  writeStringList(list: readonly string[]): void {
    this.#writeCount(list.length);
    for (const text of list) this.writeString(text);
  }

  /** [bytes]; null is a length of -1. */
  writeBytes(bytes: Uint8Array | null): void {
    if (bytes === null) {
      this.writeInt(-1);
      return;
    }
    this.writeInt(bytes.length);
    this.writeRaw(bytes);
  }

  /**
   * [short bytes]
   *
   * @throws InvalidValueError for more than 65,535 bytes.
   */
  writeShortBytes(bytes: Uint8Array): void {
    if (bytes.length > MAX_SHORT) throw tooLong('byte sequence', bytes.length);
    this.writeShort(bytes.length);
    this.writeRaw(bytes);
  }

  /** Bytes as they are. */
  writeRaw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buf.set(bytes, this.pos);
    this.pos += bytes.length;
  }

  /** [string map] */
  writeStringMap(map: ReadonlyMap<string, string>): void {
    this.#writeCount(map.size);
    for (const [key, value] of map) {
      this.writeString(key);
      this.writeString(value);
    }
  }

  /** [bytes map] */
  writeBytesMap(map: ReadonlyMap<string, Uint8Array | null>): void {
    this.#writeCount(map.size);
    for (const [key, value] of map) {
      this.writeString(key);
      this.writeBytes(value);
    }
  }

  /** [unsigned vint] of an integer from 0 to 2^53 - 1. */
  writeUnsignedVInt(value: number): void {
    if (value < 0x80) {
      this.writeByte(value);
      return;
    }
    const high = Math.floor(value / 0x1_0000_0000);
    this.#writeVIntBits(high, value >>> 0);
  }

  /** [vint] of a signed number of 64 bits, zigzag-encoded. */
  writeVInt(value: bigint): void {
    const zigzag = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    this.#writeVIntBits(Number(zigzag >> 32n), Number(zigzag & 0xffff_ffffn));
  }

  /** Each byte after the first adds 7 bits; the first byte has as many leading ones as there are bytes after it. */
  #writeVIntBits(high: number, low: number): void {
    const bits = high === 0 ? 32 - Math.clz32(low | 1) : 64 - Math.clz32(high);
    const extra = bits > 56 ? 8 : Math.floor((bits - 1) / 7);
    this.reserve(extra + 1);
    const { buf, pos } = this;
    for (let i = 0; i < extra; i++) {
      buf[pos + extra - i] = i < 4 ? low >>> (8 * i) : high >>> (8 * (i - 4));
    }
    const top = extra < 4 ? low >>> (8 * extra) : extra < 8 ? high >>> (8 * (extra - 4)) : 0;
    buf[pos] = top | (0xff00 >> extra);
    this.pos = pos + extra + 1;
  }

  #writeCount(count: number): void {
    if (count > MAX_SHORT) throw tooLong('collection', count);
    this.writeShort(count);
  }

  #grow(needed: number): void {
    let size = this.buf.length * 2;
    while (size < needed) size *= 2;
    const grown = Buffer.allocUnsafeSlow(size);
    this.buf.copy(grown, 0, 0, this.pos);
    this.buf = grown;
    this.view = new DataView(grown.buffer, grown.byteOffset, size);
  }
}

function tooLong(what: string, length: number): InvalidValueError {
  return new InvalidValueError(
    `A ${what} of length ${length} does not fit the protocol's limit of 65535; check the request`,
  );
}
