import { bytesToInet } from './inet.ts';

/** What a bound value looks like on the wire: bytes, null, or not set (length -2, spec v5 section 3). */
export type RawValue = Buffer | null | 'unset';

/** Reads the notations of spec v5 section 3; a read past the end throws. Byte results are views, not copies. */
export class WireReader {
  readonly buffer: Buffer;
  position: number;
  readonly end: number;

  constructor(buffer: Buffer, position = 0, end: number = buffer.length) {
    this.buffer = buffer;
    this.position = position;
    this.end = end;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  byte(): number {
    return this.buffer.readUInt8(this.advance(1));
  }

  short(): number {
    return this.buffer.readUInt16BE(this.advance(2));
  }

  int(): number {
    return this.buffer.readInt32BE(this.advance(4));
  }

  long(): bigint {
    return this.buffer.readBigInt64BE(this.advance(8));
  }

  string(): string {
    return this.utf8(this.short());
  }

  longString(): string {
    return this.utf8(this.int());
  }

  uuid(): string {
    const hex = this.raw(16).toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  stringList(): string[] {
    return this.repeat(this.short(), () => this.string());
  }

  bytes(): Buffer | null {
    const length = this.int();
    return length < 0 ? null : this.raw(length);
  }

  value(): RawValue {
    const length = this.int();
    if (length >= 0) return this.raw(length);
    if (length === -1) return null;
    if (length === -2) return 'unset';
    throw new Error(`A [value] cannot have the length ${length}`);
  }

  shortBytes(): Buffer {
    return this.raw(this.short());
  }

  inet(): { address: string; port: number } {
    return { address: this.inetAddr(), port: this.int() };
  }

  inetAddr(): string {
    return bytesToInet(this.raw(this.byte()));
  }

  stringMap(): Map<string, string> {
    return new Map(this.repeat(this.short(), () => [this.string(), this.string()]));
  }

  stringMultimap(): Map<string, string[]> {
    return new Map(this.repeat(this.short(), () => [this.string(), this.stringList()]));
  }

  bytesMap(): Map<string, Buffer | null> {
    return new Map(this.repeat(this.short(), () => [this.string(), this.bytes()]));
  }

  unsignedVint(): bigint {
    const first = this.byte();
    let extra = 0;
    while (extra < 8 && (first & (0x80 >> extra)) !== 0) extra++;
    let value = BigInt(first & (0xff >> extra));
    for (let i = 0; i < extra; i++) value = (value << 8n) | BigInt(this.byte());
    return value;
  }

  vint(): bigint {
    const encoded = this.unsignedVint();
    return (encoded >> 1n) ^ -(encoded & 1n);
  }

  raw(length: number): Buffer {
    const start = this.advance(length);
    return this.buffer.subarray(start, start + length);
  }

  private utf8(length: number): string {
    const start = this.advance(length);
    return this.buffer.toString('utf8', start, start + length);
  }

  private repeat<T>(count: number, read: () => T): T[] {
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(read());
    return items;
  }

  private advance(count: number): number {
    const start = this.position;
    if (count < 0 || start + count > this.end) {
      throw new Error(`Message cut short: ${count} bytes wanted at ${start}, ${this.end - start} there`);
    }
    this.position = start + count;
    return start;
  }
}
