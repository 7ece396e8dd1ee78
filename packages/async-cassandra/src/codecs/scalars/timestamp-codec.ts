import { type ByteWriter, nativeTypes } from '../../protocol/index.ts';
import { FixedCodec, type InlineRead } from '../value-codec.ts';
import { unrepresentable } from '../value-problems.ts';
import { getInt64AsNumber, setSafeInt64 } from './integer-codecs.ts';
import { millisecondsOf } from './temporal-codecs.ts';

/** ECMA-262: a Date reaches this many milliseconds to either side of 1970. */
const MAX_DATE_MS = 8.64e15;

/** timestamp: milliseconds since 1970, 64 bits; read as a Date. */
export class TimestampCodec extends FixedCodec {
  constructor() {
    super(nativeTypes.timestamp, 8);
  }

  override get inline(): InlineRead {
    return { expression: 'readDate(v, p, column)', helpers: { readDate } };
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    const ms = millisecondsOf(value, column, this.typeName);
    w.reserve(8);
    setMilliseconds(w.view, w.pos, ms);
    w.pos += 8;
  }

  override writeCell(w: ByteWriter, value: unknown, column: string): void {
    const ms = millisecondsOf(value, column, this.typeName);
    w.reserve(12);
    w.view.setInt32(w.pos, 8);
    setMilliseconds(w.view, w.pos + 4, ms);
    w.pos += 12;
  }

  protected read(_b: Buffer, v: DataView, p: number, column: string): unknown {
    return readDate(v, p, column);
  }
}

function setMilliseconds(view: DataView, at: number, ms: number | bigint): void {
  if (typeof ms === 'number') setSafeInt64(view, at, ms);
  else view.setBigInt64(at, ms);
}

function readDate(v: DataView, p: number, column: string): Date {
  const ms = getInt64AsNumber(v, p);
  if (ms > MAX_DATE_MS || ms < -MAX_DATE_MS) {
    throw unrepresentable(
      column,
      'timestamp',
      'a moment beyond what a Date can represent, set encoding.codecs to [codecs.timestampAsBigint]',
    );
  }
  return new Date(ms);
}
