import { type ByteWriter, nativeTypes } from '../../protocol/index.ts';
import { FixedCodec, type InlineRead } from '../value-codec.ts';
import { outOfRange, refused, wrongKind } from '../value-problems.ts';

/** float: IEEE 754 binary32. A number is rounded to the nearest float; a bigint must be one exactly. */
export class FloatCodec extends FixedCodec {
  constructor() {
    super(nativeTypes.float, 4);
  }

  override get inline(): InlineRead {
    return { expression: 'v.getFloat32(p)', helpers: {} };
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    w.reserve(4);
    w.view.setFloat32(w.pos, checkedFloat(value, column, this.typeName));
    w.pos += 4;
  }

  protected read(_b: Buffer, v: DataView, p: number): number {
    return v.getFloat32(p);
  }
}

/** double: IEEE 754 binary64. A bigint must be one exactly. */
export class DoubleCodec extends FixedCodec {
  constructor() {
    super(nativeTypes.double, 8);
  }

  override get inline(): InlineRead {
    return { expression: 'v.getFloat64(p)', helpers: {} };
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    w.reserve(8);
    w.view.setFloat64(w.pos, this.#checked(value, column));
    w.pos += 8;
  }

  override writeCell(w: ByteWriter, value: unknown, column: string): void {
    const checked = this.#checked(value, column);
    w.reserve(12);
    w.view.setInt32(w.pos, 8);
    w.view.setFloat64(w.pos + 4, checked);
    w.pos += 12;
  }

  #checked(value: unknown, column: string): number {
    if (typeof value === 'number') return value;
    if (typeof value !== 'bigint') throw wrongKind(column, this.typeName, value);
    return exactly(value, Number(value), column, this.typeName);
  }

  protected read(_b: Buffer, v: DataView, p: number): number {
    return v.getFloat64(p);
  }
}

/** The float nearest to a bound value; a finite one that would become infinite is refused. */
export function checkedFloat(value: unknown, column: string, typeName: string): number {
  if (typeof value === 'bigint') return exactly(value, Math.fround(Number(value)), column, typeName);
  if (typeof value !== 'number') throw wrongKind(column, typeName, value);
  const rounded = Math.fround(value);
  if (!Number.isFinite(rounded) && Number.isFinite(value)) throw outOfRange(column, typeName, value);
  return rounded;
}

function exactly(value: bigint, converted: number, column: string, typeName: string): number {
  if (!Number.isFinite(converted)) throw outOfRange(column, typeName, value);
  if (BigInt(converted) !== value) throw refused(column, typeName, 'a bigint that it would have to round');
  return converted;
}
