import { nativeCodec } from '../native-codecs.ts';
import { BigintCodec, getInt64AsNumber } from '../scalars/integer-codecs.ts';
import type { InlineRead, ValueCodec } from '../value-codec.ts';
import { unrepresentable } from '../value-problems.ts';
import type { Decimal } from '../values/decimal.ts';
import { MappedCodec } from './mapped-codec.ts';

const BEYOND_SAFE =
  'an integer beyond 2^53, which a number does not hold exactly, use the codec that reads it as a string';
const integerText = /^[+-]?\d+$/;

/** bigint or counter as a number, without a bigint in between; integers beyond 2^53 are errors. */
export class Int64AsNumberCodec extends BigintCodec {
  override get inline(): InlineRead {
    return { expression: 'readSafeInteger(v, p, column)', helpers: { readSafeInteger } };
  }

  protected override read(_b: Buffer, v: DataView, p: number, column: string): number {
    return readSafeInteger(v, p, column);
  }
}

function readSafeInteger(v: DataView, p: number, column: string): number {
  const value = getInt64AsNumber(v, p);
  if (!Number.isSafeInteger(value)) throw unrepresentable(column, 'bigint', BEYOND_SAFE);
  return value;
}

/** An integer type as decimal digits; digits are also taken when it is written. */
export function integerAsString(kind: 'bigint' | 'counter' | 'varint'): ValueCodec {
  return new MappedCodec<bigint>(nativeCodec(kind), { read: String, write: integerOf });
}

function integerOf(value: unknown): unknown {
  return typeof value === 'string' && integerText.test(value) ? BigInt(value) : value;
}

/** varint as a number; integers beyond 2^53 are errors. */
export function varintAsNumber(): ValueCodec {
  return new MappedCodec<bigint>(nativeCodec('varint'), { read: toSafeInteger, write: (value) => value });
}

function toSafeInteger(value: bigint, column: string, typeName: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw unrepresentable(column, typeName, BEYOND_SAFE);
  return number;
}

/** decimal as the text that reads back exactly. */
export function decimalAsString(): ValueCodec {
  return new MappedCodec<Decimal>(nativeCodec('decimal'), { read: String, write: (value) => value });
}

/** decimal as the nearest number. */
export function decimalAsNumber(): ValueCodec {
  return new MappedCodec<Decimal>(nativeCodec('decimal'), {
    read: (value) => value.toNumber(),
    write: (value) => value,
  });
}
