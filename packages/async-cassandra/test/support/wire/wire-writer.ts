import { inetToBytes } from './inet.ts';

/** Writes the notations of spec v5 section 3. Methods chain; `finish()` gives the bytes. */
export class WireWriter {
  private buffer: Buffer;
  private length = 0;

  constructor(initialBytes = 256) {
    this.buffer = Buffer.allocUnsafe(initialBytes);
  }

  get size(): number {
    return this.length;
  }

  byte(value: number): this {
    this.room(1);
    this.length = this.buffer.writeUInt8(value & 0xff, this.length);
    return this;
  }

  short(value: number): this {
    this.room(2);
    this.length = this.buffer.writeUInt16BE(value & 0xffff, this.length);
    return this;
  }

  int(value: number): this {
    this.room(4);
    this.length = this.buffer.writeInt32BE(value | 0, this.length);
    return this;
  }

  long(value: bigint): this {
    this.room(8);
    this.length = this.buffer.writeBigInt64BE(value, this.length);
    return this;
  }

  string(value: string): this {
    return this.shortBytes(Buffer.from(value, 'utf8'));
  }

  longString(value: string): this {
    return this.bytes(Buffer.from(value, 'utf8'));
  }

  uuid(value: string): this {
    const bytes = Buffer.from(value.replaceAll('-', ''), 'hex');
    if (bytes.length !== 16) throw new Error(`Not a UUID: ${value}`);
    return this.raw(bytes);
  }

  stringList(values: readonly string[]): this {
    this.short(values.length);
    for (const value of values) this.string(value);
    return this;
  }

  /** [bytes]: null is length -1. */
  bytes(value: Uint8Array | null): this {
    return value === null ? this.int(-1) : this.int(value.length).raw(value);
  }

  shortBytes(value: Uint8Array): this {
    if (value.length > 0xffff) throw new Error(`${value.length} bytes do not fit a [short] length`);
    return this.short(value.length).raw(value);
  }

  /** [inet]: address and port. */
  inet(address: string, port: number): this {
    return this.inetAddr(address).int(port);
  }

  inetAddr(address: string): this {
    const bytes = inetToBytes(address);
    return this.byte(bytes.length).raw(bytes);
  }

  stringMap(entries: Readonly<Record<string, string>> | ReadonlyMap<string, string>): this {
    const pairs = pairsOf(entries);
    this.short(pairs.length);
    for (const [key, value] of pairs) this.string(key).string(value);
    return this;
  }

  stringMultimap(entries: Readonly<Record<string, readonly string[]>>): this {
    const pairs = pairsOf(entries);
    this.short(pairs.length);
    for (const [key, values] of pairs) this.string(key).stringList(values);
    return this;
  }

  bytesMap(entries: Readonly<Record<string, Uint8Array | null>> | ReadonlyMap<string, Uint8Array | null>): this {
    const pairs = pairsOf(entries);
    this.short(pairs.length);
    for (const [key, value] of pairs) this.string(key).bytes(value);
    return this;
  }

  /** [unsigned vint]: leading one bits of the first byte count the bytes that follow. */
  unsignedVint(value: bigint): this {
    const bits = value.toString(2).length;
    const size = Math.min(9, Math.ceil(bits / 7));
    const bytes = Buffer.alloc(size);
    let rest = value;
    for (let i = size - 1; i >= 0; i--) {
      bytes[i] = Number(rest & 0xffn);
      rest >>= 8n;
    }
    const marker = (0xff00 >> (size - 1)) & 0xff;
    bytes[0] = (bytes[0] as number) | marker;
    return this.raw(bytes);
  }

  /** [vint]: zig-zag, then [unsigned vint]. */
  vint(value: bigint): this {
    return this.unsignedVint(BigInt.asUintN(64, (value >> 63n) ^ (value << 1n)));
  }

  raw(bytes: Uint8Array): this {
    this.room(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }

  /** The written bytes, in memory of their own. */
  finish(): Buffer {
    const bytes = Buffer.allocUnsafe(this.length);
    this.buffer.copy(bytes, 0, 0, this.length);
    return bytes;
  }

  private room(count: number): void {
    if (this.length + count <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + count));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }
}

function pairsOf<V>(entries: Readonly<Record<string, V>> | ReadonlyMap<string, V>): (readonly [string, V])[] {
  return entries instanceof Map ? [...entries] : Object.entries(entries as Readonly<Record<string, V>>);
}
