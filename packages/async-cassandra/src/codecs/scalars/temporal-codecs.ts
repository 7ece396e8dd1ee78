import { type ByteWriter, nativeTypes } from '../../protocol/index.ts';
import { FixedCodec } from '../value-codec.ts';
import { corrupt, describeKind, refused, wrongKind } from '../value-problems.ts';
import { LocalDate, parseLocalDate } from '../values/local-date.ts';
import { LocalTime, NANOS_PER_DAY, parseLocalTime } from '../values/local-time.ts';
import { getInt64AsNumber, setSafeInt64 } from './integer-codecs.ts';
import { isDate } from '../kinds.ts';

/** The wire counts days from -2^31, so that the epoch is in the middle of an unsigned number. */
const EPOCH_BIT = 0x8000_0000;

/** date: days, as an unsigned 32-bit number whose 2^31 is 1970-01-01. */
export class DateCodec extends FixedCodec {
  constructor() {
    super(nativeTypes.date, 4);
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    w.writeInt(this.#from(value, column).daysSinceEpoch ^ EPOCH_BIT);
  }

  protected read(_b: Buffer, v: DataView, p: number): LocalDate {
    return LocalDate.fromDaysSinceEpoch(v.getInt32(p) ^ EPOCH_BIT);
  }

  #from(value: unknown, column: string): LocalDate {
    if (value instanceof LocalDate) return value;
    if (typeof value === 'string') {
      const parsed = parseLocalDate(value);
      if (parsed === null) throw refused(column, this.typeName, 'a string that is not a date in its range');
      return parsed;
    }
    if (isDate(value) && !Number.isNaN(value.getTime())) return LocalDate.fromDate(value);
    throw wrongKind(column, this.typeName, value);
  }
}

/** time: nanoseconds since midnight, 64 bits. */
export class TimeCodec extends FixedCodec {
  constructor() {
    super(nativeTypes.time, 8);
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    const nanoseconds = this.#from(value, column).nanosecondOfDay;
    w.reserve(8);
    setSafeInt64(w.view, w.pos, nanoseconds);
    w.pos += 8;
  }

  protected read(_b: Buffer, v: DataView, p: number, column: string): LocalTime {
    const nanoseconds = getInt64AsNumber(v, p);
    if (nanoseconds < 0 || nanoseconds >= NANOS_PER_DAY)
      throw corrupt(column, this.typeName, 'nanoseconds beyond one day');
    return LocalTime.fromNanosecondOfDay(nanoseconds);
  }

  #from(value: unknown, column: string): LocalTime {
    if (value instanceof LocalTime) return value;
    if (typeof value !== 'string') throw wrongKind(column, this.typeName, value);
    const parsed = parseLocalTime(value);
    if (parsed === null) throw refused(column, this.typeName, 'a string that is not a time of day');
    return parsed;
  }
}

/** Milliseconds since 1970 that a bound value means, as a number when it is a safe integer. */
export function millisecondsOf(value: unknown, column: string, typeName: string): number | bigint {
  if (isDate(value)) {
    const ms = value.getTime();
    if (Number.isNaN(ms)) throw wrongKind(column, typeName, value);
    return ms;
  }
  if (typeof value === 'bigint') {
    if (BigInt.asIntN(64, value) !== value) throw refused(column, typeName, `${describeKind(value)} out of its range`);
    return value;
  }
  if (!Number.isSafeInteger(value)) throw wrongKind(column, typeName, value);
  return value as number;
}
