import { nativeCodec } from '../native-codecs.ts';
import { getInt64AsNumber } from '../scalars/integer-codecs.ts';
import { TimestampCodec } from '../scalars/timestamp-codec.ts';
import type { InlineRead, ValueCodec } from '../value-codec.ts';
import { unrepresentable } from '../value-problems.ts';
import { MappedCodec } from './mapped-codec.ts';

/** timestamp as a bigint of milliseconds: all 64 bits, also beyond what a Date holds. */
export class TimestampAsBigintCodec extends TimestampCodec {
  override get inline(): InlineRead {
    return { expression: 'v.getBigInt64(p)', helpers: {} };
  }

  protected override read(_b: Buffer, v: DataView, p: number): bigint {
    return v.getBigInt64(p);
  }
}

/** timestamp as a number of milliseconds: faster to make than a Date. */
export class TimestampAsNumberCodec extends TimestampCodec {
  override get inline(): InlineRead {
    return { expression: 'readMilliseconds(v, p, column)', helpers: { readMilliseconds } };
  }

  protected override read(_b: Buffer, v: DataView, p: number, column: string): number {
    return readMilliseconds(v, p, column);
  }
}

function readMilliseconds(v: DataView, p: number, column: string): number {
  const ms = getInt64AsNumber(v, p);
  if (!Number.isSafeInteger(ms)) {
    throw unrepresentable(column, 'timestamp', 'a moment beyond 2^53 milliseconds, use codecs.timestampAsBigint');
  }
  return ms;
}

/** date, time or duration as the text of its value class. */
export function temporalAsString(kind: 'date' | 'time' | 'duration'): ValueCodec {
  return new MappedCodec<object>(nativeCodec(kind), { read: String, write: (value) => value });
}
