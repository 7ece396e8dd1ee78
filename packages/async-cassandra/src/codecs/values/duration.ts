import { InvalidValueError } from '../../errors/index.ts';
import { isInt32, MAX_INT64, MIN_INT64 } from './int-limits.ts';
import { parseDurationParts } from './duration-parser.ts';

const NANOS_PER_HOUR = 3_600_000_000_000n;
const NANOS_PER_MINUTE = 60_000_000_000n;
const NANOS_PER_SECOND = 1_000_000_000n;
const NANOS_PER_MILLISECOND = 1_000_000n;
const NANOS_PER_MICROSECOND = 1000n;

/**
 * A CQL duration: months, days and nanoseconds, kept apart because a month has no fixed number of days, nor a day
 * of hours. All three are of one sign.
 */
export class Duration {
  /** A signed 32-bit number. */
  readonly months: number;
  /** A signed 32-bit number. */
  readonly days: number;
  /** A signed 64-bit number. */
  readonly nanoseconds: bigint;

  /** @throws InvalidValueError when a part is out of range or no integer, or the parts differ in sign */
  constructor(months: number, days: number, nanoseconds: bigint | number) {
    const problem = durationProblem(months, days, nanoseconds);
    if (problem !== null)
      throw new InvalidValueError(`A duration cannot have ${problem}, check months, days and nanoseconds`);
    this.months = months === 0 ? 0 : months;
    this.days = days === 0 ? 0 : days;
    this.nanoseconds = BigInt(nanoseconds);
  }

  /** Any of the forms that a duration column accepts. */
  static from(value: Duration | string): Duration {
    return value instanceof Duration ? value : Duration.fromString(value);
  }

  /**
   * Reads what Cassandra reads: `1y2mo3w4d5h6m7s8ms9us10ns` (units in this order, any left out), and ISO 8601 as
   * `P1Y2M3DT4H5M6S`, `P3W` or `P0001-02-03T04:05:06`; a leading minus negates all of it.
   * @throws InvalidValueError when the text is no such duration, or out of range
   */
  static fromString(text: string): Duration {
    const parsed = parseDuration(text);
    if (parsed === null) {
      throw new InvalidValueError(
        'The text is not a duration in the range of CQL, check it against the form 1y2mo3d4h5m6s or P1Y2M3DT4H5M6S',
      );
    }
    return parsed;
  }

  /** Whether `other` is a Duration of the same months, days and nanoseconds; one day is not 24 hours. */
  equals(other: unknown): boolean {
    return (
      other instanceof Duration &&
      other.months === this.months &&
      other.days === this.days &&
      other.nanoseconds === this.nanoseconds
    );
  }

  /** Cassandra's form, `1y2mo3d4h5m6s`; a zero duration is `0s`. */
  toString(): string {
    const { nanoseconds } = this;
    const isNegative = this.months < 0 || this.days < 0 || nanoseconds < 0n;
    const months = Math.abs(this.months);
    let rest = nanoseconds < 0n ? -nanoseconds : nanoseconds;
    let text = part(Math.floor(months / 12), 'y') + part(months % 12, 'mo') + part(Math.abs(this.days), 'd');
    for (const [unit, name] of units) {
      text += part(rest / unit, name);
      rest %= unit;
    }
    return text === '' ? '0s' : isNegative ? `-${text}` : text;
  }

  /** The same text as `toString`. */
  toJSON(): string {
    return this.toString();
  }
}

const units: readonly (readonly [bigint, string])[] = [
  [NANOS_PER_HOUR, 'h'],
  [NANOS_PER_MINUTE, 'm'],
  [NANOS_PER_SECOND, 's'],
  [NANOS_PER_MILLISECOND, 'ms'],
  [NANOS_PER_MICROSECOND, 'us'],
  [1n, 'ns'],
];

function part(amount: number | bigint, unit: string): string {
  return amount > 0 ? `${amount}${unit}` : '';
}

/** The duration that a text means, or null when it means none. */
export function parseDuration(text: string): Duration | null {
  const parts = parseDurationParts(text);
  if (parts === null) return null;
  const months = Number(parts.months);
  const days = Number(parts.days);
  return durationProblem(months, days, parts.nanoseconds) === null
    ? new Duration(months, days, parts.nanoseconds)
    : null;
}

/** What is wrong with these parts of a duration, or null. */
export function durationProblem(months: number, days: number, nanoseconds: bigint | number): string | null {
  if (!isInt32(months)) return 'months that are no 32-bit integer';
  if (!isInt32(days)) return 'days that are no 32-bit integer';
  const isInt64 =
    typeof nanoseconds === 'bigint'
      ? nanoseconds >= MIN_INT64 && nanoseconds <= MAX_INT64
      : Number.isSafeInteger(nanoseconds);
  if (!isInt64) return 'nanoseconds that are no 64-bit integer';
  const hasNegative = months < 0 || days < 0 || nanoseconds < 0;
  const hasPositive = months > 0 || days > 0 || nanoseconds > 0;
  return hasNegative && hasPositive ? 'parts of different signs' : null;
}
