import type { NativeType } from '../../protocol/index.ts';
import { Decimal } from '../values/decimal.ts';

/** Negative, zero or positive as the server puts the first value before, at or behind the second. */
export type CompareBytes = (a: Buffer, b: Buffer) => number;

const LSB = 8;
/** Turns the lowest seven of eight bytes from signed into unsigned order; the highest is signed already. */
const SIGNED_BYTES = 0x0080808080808080n;

function order<T extends number | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function integerOf(bytes: Buffer): bigint {
  return bytes.length === 0 ? 0n : BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
}

function decimalOf(bytes: Buffer): Decimal {
  return new Decimal(integerOf(bytes.subarray(4)), bytes.readInt32BE());
}

/** As Java's `Double.compare`: -0 before 0, and NaN behind all others. */
function compareFloats(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return order(Number(Number.isNaN(a)), Number(Number.isNaN(b)));
  if (a === 0 && b === 0) return order(Number(Object.is(a, 0)), Number(Object.is(b, 0)));
  return order(a, b);
}

function versionOf(uuid: Buffer): number {
  return (uuid[6] as number) >> 4;
}

/** The timestamp of a version 1 uuid, the version above it. */
function timestampOf(uuid: Buffer): bigint {
  return (
    BigInt.asIntN(64, (BigInt(uuid.readUInt16BE(6)) << 48n) | (BigInt(uuid.readUInt16BE(4)) << 32n)) |
    BigInt(uuid.readUInt32BE(0))
  );
}

/** By version first; of version 1 by timestamp. */
function compareUuids(a: Buffer, b: Buffer): number {
  const version = versionOf(a);
  const versions = order(version, versionOf(b));
  if (versions !== 0) return versions;
  const times = version === 1 ? order(timestampOf(a), timestampOf(b)) : 0;
  return times === 0 ? Buffer.compare(version === 1 ? a.subarray(LSB) : a, version === 1 ? b.subarray(LSB) : b) : times;
}

/** By timestamp, then by the other bytes, which Cassandra takes for signed ones here. */
function compareTimeuuids(a: Buffer, b: Buffer): number {
  const rest = (uuid: Buffer): bigint => uuid.readBigInt64BE(LSB) ^ SIGNED_BYTES;
  const times = order(timestampOf(a), timestampOf(b));
  return times === 0 ? order(rest(a), rest(b)) : times;
}

/** Types whose order is not that of their bytes. */
const comparisons: Partial<Record<NativeType['kind'], CompareBytes>> = {
  tinyint: (a, b) => order(a.readInt8(), b.readInt8()),
  smallint: (a, b) => order(a.readInt16BE(), b.readInt16BE()),
  int: (a, b) => order(a.readInt32BE(), b.readInt32BE()),
  bigint: (a, b) => order(a.readBigInt64BE(), b.readBigInt64BE()),
  timestamp: (a, b) => order(a.readBigInt64BE(), b.readBigInt64BE()),
  varint: (a, b) => order(integerOf(a), integerOf(b)),
  decimal: (a, b) => decimalOf(a).compare(decimalOf(b)),
  float: (a, b) => compareFloats(a.readFloatBE(), b.readFloatBE()),
  double: (a, b) => compareFloats(a.readDoubleBE(), b.readDoubleBE()),
  uuid: compareUuids,
  timeuuid: compareTimeuuids,
};

/** How the server orders values of a native type; no bytes at all come first. */
export function nativeComparison(kind: NativeType['kind']): CompareBytes {
  const compare = comparisons[kind];
  if (compare === undefined) return (a, b) => Buffer.compare(a, b);
  return (a, b) => (a.length === 0 || b.length === 0 ? order(a.length, b.length) : compare(a, b));
}
