import { type ByteWriter, nativeTypes } from '../../protocol/index.ts';
import { ValueCodec } from '../value-codec.ts';
import { corrupt, refused, wrongKind } from '../value-problems.ts';
import { Decimal, parseDecimal } from '../values/decimal.ts';
import { readVarint, writeVarint } from './varint-codec.ts';

const SCALE_BYTES = 4;

/** decimal: an [int] scale and a varint of all digits. */
export class DecimalCodec extends ValueCodec {
  constructor() {
    super(nativeTypes.decimal);
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    const decimal = this.#from(value, column);
    w.writeInt(decimal.scale);
    writeVarint(w, decimal.unscaled);
  }

  decode(b: Buffer, v: DataView, p: number, n: number, column: string): Decimal {
    if (n <= SCALE_BYTES) throw corrupt(column, this.typeName, `${n} bytes, too few for a scale and digits`);
    const unscaled = readVarint(b, v, p + SCALE_BYTES, n - SCALE_BYTES, column, this.typeName);
    return new Decimal(unscaled, v.getInt32(p));
  }

  #from(value: unknown, column: string): Decimal {
    if (value instanceof Decimal) return value;
    if (typeof value === 'string') {
      const parsed = parseDecimal(value);
      if (parsed === null) throw refused(column, this.typeName, 'a string that is not a decimal number');
      return parsed;
    }
    if (typeof value === 'number' && Number.isFinite(value)) return Decimal.fromNumber(value);
    throw wrongKind(column, this.typeName, value);
  }
}
