import { ProtocolError } from '../errors/index.ts';
import { formatInetAddress } from './inet.ts';
import { replyMemory } from './reply-memory.ts';
import { decodeUtf8 } from './text.ts';
import { formatUuid } from './uuid.ts';

const EMPTY = Buffer.alloc(0);
const EMPTY_VIEW = new DataView(EMPTY.buffer, 0, 0);

/**
 * Reads the notations of the native protocol (v5 specification, section 3) from a Buffer that it does not own.
 *
 * One reader is reused for many messages. Every read beyond `end` throws ProtocolError, and a count is compared with the
 * bytes that are left before anything is allocated for it.
 */
export class ByteReader {
  buf: Buffer = EMPTY;
  /** Covers exactly the bytes of `buf`, so that both take the same offsets. */
  view: DataView = EMPTY_VIEW;
  /** Where the next read starts, an offset in `buf`. */
  pos = 0;
  /** Where the readable bytes end, an offset in `buf`. */
  end = 0;

  /** A reader over all of `bytes`. */
  static of(bytes: Uint8Array): ByteReader {
    const buf = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new ByteReader().reset(buf, new DataView(buf.buffer, buf.byteOffset, buf.length), 0, buf.length);
  }

  /** Points this reader at [pos, end) of `buf`; `view` must cover exactly the bytes of `buf`. */
  reset(buf: Buffer, view: DataView, pos: number, end: number): this {
    this.buf = buf;
    this.view = view;
    this.pos = pos;
    this.end = end;
    return this;
  }

  /** Another reader at the same place, over bytes that stay: over the same ones if they are `owned`, else over a copy of what is left. */
  keep(owned: boolean): ByteReader {
    const { buf, view, pos, end } = this;
    if (owned) return new ByteReader().reset(buf, view, pos, end);
    const memory = replyMemory.borrow(end - pos);
    const length = buf.copy(memory, 0, pos, end);
    return new ByteReader().reset(memory, new DataView(memory.buffer, memory.byteOffset, memory.length), 0, length);
  }

  /** Lets go of the bytes, which would otherwise stay in memory until the next `reset`. */
  release(): void {
    this.reset(EMPTY, EMPTY_VIEW, 0, 0);
  }

  /** Lets go of the bytes for good. Only for who has them alone: their memory may be used for another reply. */
  dispose(): void {
    const { buf } = this;
    this.release();
    replyMemory.giveBack(buf);
  }

  get remaining(): number {
    return this.end - this.pos;
  }

  /** Moves past `n` bytes. */
  skip(n: number): void {
    this.pos = this.#take(n) + n;
  }

  readByte(): number {
    const pos = this.pos;
    if (pos >= this.end) throw this.#truncated(1);
    this.pos = pos + 1;
    return this.buf[pos] as number;
  }

  /** [short], unsigned 16 bits. */
  readShort(): number {
    const pos = this.pos;
    if (pos + 2 > this.end) throw this.#truncated(2);
    this.pos = pos + 2;
    return this.view.getUint16(pos);
  }

  /** [int], signed 32 bits. */
  readInt(): number {
    const pos = this.pos;
    if (pos + 4 > this.end) throw this.#truncated(4);
    this.pos = pos + 4;
    return this.view.getInt32(pos);
  }

  /** [long], signed 64 bits. */
  readLong(): bigint {
    const pos = this.pos;
    if (pos + 8 > this.end) throw this.#truncated(8);
    this.pos = pos + 8;
    return this.view.getBigInt64(pos);
  }

  /** UTF-8 text of `length` bytes, without a length field. */
  readUtf8(length: number): string {
    const start = this.#take(length);
    this.pos = start + length;
    return decodeUtf8(this.buf, start, start + length);
  }

  /** [string] */
  readString(): string {
    return this.readUtf8(this.readShort());
  }

  /** [long string] */
  readLongString(): string {
    return this.readUtf8(this.readInt());
  }

  /** [uuid], as lower-case text. */
  readUuid(): string {
    const start = this.#take(16);
    this.pos = start + 16;
    return formatUuid(this.buf, start);
  }

  /** [string list] */
  readStringList(): string[] {
    const count = this.#count(this.readShort(), 2);
    const list: string[] = [];
    for (let i = 0; i < count; i++) list.push(this.readString());
    return list;
  }

  /** [bytes], copied; null when the length is negative. */
  readBytes(): Buffer | null {
    const length = this.readInt();
    return length < 0 ? null : this.readRaw(length);
  }

  /** [short bytes], copied. */
  readShortBytes(): Buffer {
    return this.readRaw(this.readShort());
  }

  /** A copy of the next `length` bytes. */
  readRaw(length: number): Buffer {
    const start = this.#take(length);
    const copy = Buffer.allocUnsafe(length);
    this.buf.copy(copy, 0, start, start + length);
    this.pos = start + length;
    return copy;
  }

  /** [inet], the address as text (RFC 5952 for IPv6). */
  readInet(): { address: string; port: number } {
    const address = this.readInetAddr();
    return { address, port: this.readInt() };
  }

  /** [inetaddr] */
  readInetAddr(): string {
    const length = this.readByte();
    if (length !== 4 && length !== 16) {
      throw new ProtocolError(`An address has ${length} bytes instead of 4 or 16; check that the server speaks CQL`);
    }
    const start = this.#take(length);
    this.pos = start + length;
    return formatInetAddress(this.buf, start, length);
  }

  /** [string map] */
  readStringMap(): Map<string, string> {
    const count = this.#count(this.readShort(), 4);
    const map = new Map<string, string>();
    for (let i = 0; i < count; i++) {
      const key = this.readString();
      map.set(key, this.readString());
    }
    return map;
  }

  /** [string multimap] */
  readStringMultimap(): Map<string, string[]> {
    const count = this.#count(this.readShort(), 4);
    const map = new Map<string, string[]>();
    for (let i = 0; i < count; i++) {
      const key = this.readString();
      map.set(key, this.readStringList());
    }
    return map;
  }

  /** [bytes map], values copied. */
  readBytesMap(): Map<string, Buffer | null> {
    const count = this.#count(this.readShort(), 6);
    const map = new Map<string, Buffer | null>();
    for (let i = 0; i < count; i++) {
      const key = this.readString();
      map.set(key, this.readBytes());
    }
    return map;
  }

  /**
   * [unsigned vint]: the number of leading one bits of the first byte is the number of bytes that follow it.
   *
   * @throws ProtocolError for a value of 2^53 or more.
   */
  readUnsignedVInt(): number {
    const first = this.readByte();
    if (first < 0x80) return first;
    const extra = Math.clz32(~(first << 24));
    const start = this.#take(extra);
    let value = first & (0xff >> extra);
    for (let i = start; i < start + extra; i++) {
      value = value * 256 + (this.buf[i] as number);
    }
    if (value > Number.MAX_SAFE_INTEGER) {
      throw new ProtocolError('A variable-length length is beyond 2^53; check that the server speaks CQL');
    }
    this.pos = start + extra;
    return value;
  }

  /** [vint], a zigzag-encoded signed number of up to 64 bits. */
  readVInt(): bigint {
    const first = this.readByte();
    const extra = first < 0x80 ? 0 : Math.clz32(~(first << 24));
    const start = this.#take(extra);
    let value = BigInt(first & (0xff >> extra));
    for (let i = start; i < start + extra; i++) {
      value = (value << 8n) | BigInt(this.buf[i] as number);
    }
    this.pos = start + extra;
    return (value >> 1n) ^ -(value & 1n);
  }

  /** Checks that `n` bytes are there and returns where they start; a negative `n` is as wrong as one too large. */
  #take(n: number): number {
    const pos = this.pos;
    if (n < 0 || n > this.end - pos) throw this.#truncated(n);
    return pos;
  }

  /** Checks that `n` elements of at least `minimum` bytes each can follow. */
  #count(n: number, minimum: number): number {
    if (n * minimum > this.end - this.pos) throw this.#truncated(n * minimum);
    return n;
  }

  #truncated(wanted: number): ProtocolError {
    return new ProtocolError(
      `A message wants ${wanted} more bytes where ${this.end - this.pos} are left; check that the server speaks CQL`,
    );
  }
}
