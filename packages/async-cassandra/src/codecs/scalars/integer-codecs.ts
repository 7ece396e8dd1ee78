import { type ByteWriter, nativeTypes } from '../../protocol/index.ts';
import { FixedCodec, type InlineRead } from '../value-codec.ts';
import { outOfRange, wrongKind } from '../value-problems.ts';

const TWO_POW_32 = 0x1_0000_0000;

/** The integer that a bound value means, when it lies between the bounds of the type. */
function checkedInteger(value: unknown, min: number, max: number, column: string, typeName: string): number {
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) throw wrongKind(column, typeName, value);
    if (value < min || value > max) throw outOfRange(column, typeName, value);
    return value;
  }
  if (typeof value !== 'bigint') throw wrongKind(column, typeName, value);
  if (value < min || value > max) throw outOfRange(column, typeName, value);
  return Number(value);
}

/** tinyint: a signed byte. */
export class TinyintCodec extends FixedCodec {
  constructor() {
    super(nativeTypes.tinyint, 1);
  }

  override get inline(): InlineRead {
    return { expression: 'v.getInt8(p)', helpers: {} };
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    w.writeByte(checkedInteger(value, -0x80, 0x7f, column, this.typeName));
  }

  protected read(_b: Buffer, v: DataView, p: number): number {
    return v.getInt8(p);
  }
}

/** smallint: 16 bits, signed. */
export class SmallintCodec extends FixedCodec {
  constructor() {
    super(nativeTypes.smallint, 2);
  }

  override get inline(): InlineRead {
    return { expression: 'v.getInt16(p)', helpers: {} };
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    w.writeShort(checkedInteger(value, -0x8000, 0x7fff, column, this.typeName));
  }

  protected read(_b: Buffer, v: DataView, p: number): number {
    return v.getInt16(p);
  }
}

/** int: 32 bits, signed. */
export class IntCodec extends FixedCodec {
  constructor() {
    super(nativeTypes.int, 4);
  }

  override get inline(): InlineRead {
    return { expression: 'v.getInt32(p)', helpers: {} };
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    w.writeInt(this.#checked(value, column));
  }

  override writeCell(w: ByteWriter, value: unknown, column: string): void {
    const checked = this.#checked(value, column);
    w.reserve(8);
    w.view.setInt32(w.pos, 4);
    w.view.setInt32(w.pos + 4, checked);
    w.pos += 8;
  }

  #checked(value: unknown, column: string): number {
    if (typeof value === 'number' && (value | 0) === value) return value;
    return checkedInteger(value, -0x8000_0000, 0x7fff_ffff, column, this.typeName);
  }

  protected read(_b: Buffer, v: DataView, p: number): number {
    return v.getInt32(p);
  }
}

/** bigint and counter: 64 bits, signed. */
export class BigintCodec extends FixedCodec {
  constructor(kind: 'bigint' | 'counter') {
    super(nativeTypes[kind], 8);
  }

  override get inline(): InlineRead {
    return { expression: 'v.getBigInt64(p)', helpers: {} };
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    w.reserve(8);
    this.#write(w, w.pos, value, column);
    w.pos += 8;
  }

  override writeCell(w: ByteWriter, value: unknown, column: string): void {
    w.reserve(12);
    w.view.setInt32(w.pos, 8);
    this.#write(w, w.pos + 4, value, column);
    w.pos += 12;
  }

  #write(w: ByteWriter, at: number, value: unknown, column: string): void {
    if (typeof value === 'bigint') {
      if (BigInt.asIntN(64, value) !== value) throw outOfRange(column, this.typeName, value);
      w.view.setBigInt64(at, value);
    } else {
      if (!Number.isSafeInteger(value)) throw wrongKind(column, this.typeName, value);
      setSafeInt64(w.view, at, value as number);
    }
  }

  protected read(_b: Buffer, v: DataView, p: number, _column: string): unknown {
    return v.getBigInt64(p);
  }
}

/** Writes a safe integer as 64 bits, without making a bigint of it. */
export function setSafeInt64(view: DataView, at: number, value: number): void {
  view.setInt32(at, Math.floor(value / TWO_POW_32));
  view.setInt32(at + 4, value | 0);
}

/** Reads 64 bits as a number, exact when it is a safe integer. */
export function getInt64AsNumber(view: DataView, at: number): number {
  return view.getInt32(at) * TWO_POW_32 + view.getUint32(at + 4);
}
