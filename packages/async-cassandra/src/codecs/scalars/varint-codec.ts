import { type ByteWriter, nativeTypes } from '../../protocol/index.ts';
import { ValueCodec } from '../value-codec.ts';
import { unrepresentable, wrongKind } from '../value-problems.ts';
import { setSafeInt64 } from './integer-codecs.ts';

/** Up to this many bytes a value is read as a number first. */
const SAFE_BYTES = 6;

/** varint: a two's complement integer of any size. */
export class VarintCodec extends ValueCodec {
  constructor() {
    super(nativeTypes.varint);
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    if (typeof value === 'bigint') writeVarint(w, value);
    else if (Number.isSafeInteger(value)) writeSafeVarint(w, value as number);
    else throw wrongKind(column, this.typeName, value);
  }

  decode(b: Buffer, v: DataView, p: number, n: number, column: string): bigint {
    return readVarint(b, v, p, n, column, this.typeName);
  }
}

/** Writes the shortest two's complement form. */
export function writeVarint(w: ByteWriter, value: bigint): void {
  if (BigInt.asIntN(64, value) !== value) {
    writeLargeVarint(w, value);
    return;
  }
  w.reserve(8);
  w.view.setBigInt64(w.pos, value);
  keepSignificant(w);
}

function writeSafeVarint(w: ByteWriter, value: number): void {
  w.reserve(8);
  setSafeInt64(w.view, w.pos, value);
  keepSignificant(w);
}

/** Drops the leading bytes of the eight at `pos` that only repeat the sign, and moves past the rest. */
function keepSignificant(w: ByteWriter): void {
  const { buf, pos } = w;
  const sign = (buf[pos] as number) >= 0x80 ? 0xff : 0;
  let skipped = 0;
  while (skipped < 7 && buf[pos + skipped] === sign && ((buf[pos + skipped + 1] as number) ^ sign) < 0x80) skipped++;
  if (skipped > 0) buf.copyWithin(pos, pos + skipped, pos + 8);
  w.pos = pos + 8 - skipped;
}

/** By way of hexadecimal text, which engines convert in linear time; shifting byte by byte would be quadratic. */
function writeLargeVarint(w: ByteWriter, value: bigint): void {
  const magnitudeDigits = (value < 0n ? ~value : value).toString(16);
  const bits = (magnitudeDigits.length - 1) * 4 + 32 - Math.clz32(Number.parseInt(magnitudeDigits.charAt(0), 16));
  const n = Math.floor(bits / 8) + 1;
  const digits = value < 0n ? BigInt.asUintN(n * 8, value).toString(16) : magnitudeDigits.padStart(n * 2, '0');
  w.reserve(n);
  w.buf.write(digits, w.pos, n, 'hex');
  w.pos += n;
}

/**
 * Reads the two's complement integer in the `n` bytes at `p`.
 * @throws InvalidValueError when it has more bits than this engine's bigints can
 */
export function readVarint(b: Buffer, v: DataView, p: number, n: number, column: string, typeName: string): bigint {
  if (n === 8) return v.getBigInt64(p);
  if (n <= SAFE_BYTES) return BigInt(b.readIntBE(p, n));
  try {
    const magnitude = BigInt(`0x${b.toString('hex', p, p + n)}`);
    return (b[p] as number) < 0x80 ? magnitude : BigInt.asIntN(n * 8, magnitude);
  } catch (cause) {
    throw unrepresentable(
      column,
      typeName,
      `an integer of ${n} bytes, which is more than a bigint can have, set a codec for the type`,
      cause,
    );
  }
}
