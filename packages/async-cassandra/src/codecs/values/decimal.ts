import { InvalidValueError } from '../../errors/index.ts';
import { isInt32 } from './int-limits.ts';

/** Sign, integer digits, fraction digits, exponent. */
const decimalText = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** Below this exponent, plain notation would be mostly zeros: the same limit as Java's BigDecimal and Python's Decimal. */
const MIN_PLAIN_EXPONENT = -6;

/**
 * An exact decimal number of any size: `unscaled` times ten to the power of `-scale`.
 * No operation allocates more than the digits of `unscaled` need, however large the scale.
 */
export class Decimal {
  /** All the digits, with the sign. */
  readonly unscaled: bigint;
  /** How many of the digits are behind the decimal point, a signed 32-bit number; negative: that many zeros follow. */
  readonly scale: number;

  /** @throws InvalidValueError when `unscaled` is no bigint or `scale` no 32-bit integer */
  constructor(unscaled: bigint, scale: number) {
    if (typeof unscaled !== 'bigint' || !isInt32(scale)) {
      throw new InvalidValueError('A Decimal is made of a bigint and a 32-bit integer scale, check the arguments');
    }
    this.unscaled = unscaled;
    this.scale = scale === 0 ? 0 : scale;
  }

  /** Any of the forms that a decimal column accepts. */
  static from(value: Decimal | string | number | bigint): Decimal {
    if (value instanceof Decimal) return value;
    if (typeof value === 'bigint') return new Decimal(value, 0);
    return typeof value === 'number' ? Decimal.fromNumber(value) : Decimal.fromString(value);
  }

  /**
   * Reads `-12.50`, `.5` or `1.25E-7`; the scale is that of the text.
   * @throws InvalidValueError when the text is no decimal number or its scale needs more than 32 bits
   */
  static fromString(text: string): Decimal {
    const parsed = parseDecimal(text);
    if (parsed === null) {
      throw new InvalidValueError(
        'The text is not a decimal number with a 32-bit scale, check it against the form -12.5E+3',
      );
    }
    return parsed;
  }

  /**
   * The shortest decimal that reads back as the same number: 0.1 becomes 0.1.
   * @throws InvalidValueError for NaN and infinities
   */
  static fromNumber(value: number): Decimal {
    if (!Number.isFinite(value))
      throw new InvalidValueError('A Decimal cannot be made of NaN or an infinity, check the number');
    return Decimal.fromString(String(value));
  }

  /** Negative, zero or positive as this is less than, equal to or greater than `other`, whatever their scales. */
  compare(other: Decimal): number {
    if (this.scale === other.scale || this.unscaled === 0n || other.unscaled === 0n)
      return order(this.unscaled, other.unscaled);
    const isNegative = this.unscaled < 0n;
    if (isNegative !== other.unscaled < 0n) return isNegative ? -1 : 1;
    const magnitudes = compareMagnitudes(digitsOf(this.unscaled), this.scale, digitsOf(other.unscaled), other.scale);
    return isNegative ? -magnitudes : magnitudes;
  }

  /** Whether `other` is a Decimal of the same numeric value: 1.0 equals 1.00. Compare `scale` too where it matters. */
  equals(other: unknown): boolean {
    return other instanceof Decimal && this.compare(other) === 0;
  }

  /** The nearest number; infinite or zero when the value is beyond what a number holds. */
  toNumber(): number {
    return Number(`${this.unscaled}e${-this.scale}`);
  }

  /** The form of Java's BigDecimal and of cqlsh: plain, or with an exponent where plain would be long. Reads back exactly. */
  toString(): string {
    const { scale } = this;
    if (scale === 0) return this.unscaled.toString();
    const sign = this.unscaled < 0n ? '-' : '';
    const digits = digitsOf(this.unscaled);
    const exponent = digits.length - 1 - scale;
    if (scale > 0 && exponent >= MIN_PLAIN_EXPONENT) {
      const padded = digits.padStart(scale + 1, '0');
      return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
    }
    const mantissa = digits.length === 1 ? digits : `${digits.slice(0, 1)}.${digits.slice(1)}`;
    return `${sign}${mantissa}${exponent === 0 ? '' : `E${exponent < 0 ? '' : '+'}${exponent}`}`;
  }

  /** The same text as `toString`, since a JSON number would lose digits. */
  toJSON(): string {
    return this.toString();
  }
}

/** The decimal that a text means, or null when it means none. */
export function parseDecimal(text: string): Decimal | null {
  const match = decimalText.exec(text);
  if (match === null) return null;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return null;
  const scale = fraction.length - Number(exponent);
  if (!isInt32(scale)) return null;
  const magnitude = BigInt(whole + fraction);
  return new Decimal(sign === '-' ? -magnitude : magnitude, scale);
}

function digitsOf(value: bigint): string {
  return (value < 0n ? -value : value).toString();
}

function order(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Compares without bringing both to one scale, which a hostile scale would make unbounded work. */
function compareMagnitudes(digitsA: string, scaleA: number, digitsB: string, scaleB: number): number {
  const exponents = digitsA.length - scaleA - (digitsB.length - scaleB);
  if (exponents !== 0) return exponents < 0 ? -1 : 1;
  const length = Math.max(digitsA.length, digitsB.length);
  const a = digitsA.padEnd(length, '0');
  const b = digitsB.padEnd(length, '0');
  return a < b ? -1 : a > b ? 1 : 0;
}
