import { InvalidValueError } from '../../errors/index.ts';

const timeText = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$/;
const NANOS_PER_SECOND = 1_000_000_000;
/** One more than the last nanosecond of a day; well below 2^53, so that numbers hold it exactly. */
export const NANOS_PER_DAY: number = 86_400 * NANOS_PER_SECOND;

/** A time of day without date or time zone, to the nanosecond. */
export class LocalTime {
  /** 0 to 23. */
  readonly hour: number;
  /** 0 to 59. */
  readonly minute: number;
  /** 0 to 59. */
  readonly second: number;
  /** 0 to 999,999,999. */
  readonly nanosecond: number;

  /** @throws InvalidValueError when there is no such time of day */
  constructor(hour: number, minute: number, second = 0, nanosecond = 0) {
    if (!isTimeOfDay(hour, minute, second, nanosecond)) {
      throw new InvalidValueError('There is no such time of day, check hour, minute, second and nanosecond');
    }
    this.hour = hour;
    this.minute = minute;
    this.second = second;
    this.nanosecond = nanosecond;
  }

  /** Any of the forms that a time column accepts. */
  static from(value: LocalTime | string): LocalTime {
    return value instanceof LocalTime ? value : LocalTime.fromString(value);
  }

  /**
   * Reads `08:30`, `08:30:15` and `08:30:15.123456789`.
   * @throws InvalidValueError when the text is no such time
   */
  static fromString(text: string): LocalTime {
    const parsed = parseLocalTime(text);
    if (parsed === null)
      throw new InvalidValueError('The text is not a time of day, check it against the form HH:MM:SS.nnnnnnnnn');
    return parsed;
  }

  /** @throws InvalidValueError when `nanoseconds` is no integer from 0 to 86,399,999,999,999 */
  static fromNanosecondOfDay(nanoseconds: number | bigint): LocalTime {
    const total = Number(nanoseconds);
    if (!Number.isInteger(total) || total < 0 || total >= NANOS_PER_DAY) {
      throw new InvalidValueError('A time of day holds 0 to 86399999999999 nanoseconds, check the number');
    }
    const seconds = Math.floor(total / NANOS_PER_SECOND);
    return new LocalTime(
      Math.floor(seconds / 3600),
      Math.floor(seconds / 60) % 60,
      seconds % 60,
      total % NANOS_PER_SECOND,
    );
  }

  /** Nanoseconds since midnight, an exact number. */
  get nanosecondOfDay(): number {
    return ((this.hour * 60 + this.minute) * 60 + this.second) * NANOS_PER_SECOND + this.nanosecond;
  }

  /** Negative, zero or positive as this is before, the same as or after `other`. */
  compare(other: LocalTime): number {
    return Math.sign(this.nanosecondOfDay - other.nanosecondOfDay);
  }

  /** Whether `other` is a LocalTime of the same nanosecond. */
  equals(other: unknown): boolean {
    return other instanceof LocalTime && other.nanosecondOfDay === this.nanosecondOfDay;
  }

  /** `08:30:15`, followed by 3, 6 or 9 digits of the second where it is not whole. */
  toString(): string {
    const { nanosecond } = this;
    const time = `${twoDigits(this.hour)}:${twoDigits(this.minute)}:${twoDigits(this.second)}`;
    if (nanosecond === 0) return time;
    const digits = String(nanosecond).padStart(9, '0');
    return `${time}.${digits.slice(0, nanosecond % 1_000_000 === 0 ? 3 : nanosecond % 1000 === 0 ? 6 : 9)}`;
  }

  /** The same text as `toString`. */
  toJSON(): string {
    return this.toString();
  }
}

/** The time that a text means, or null when it means none. */
export function parseLocalTime(text: string): LocalTime | null {
  const match = timeText.exec(text);
  if (match === null) return null;
  const [, hour, minute, second = '0', fraction = '0'] = match;
  const parts = [Number(hour), Number(minute), Number(second), Number(fraction.padEnd(9, '0'))] as const;
  return isTimeOfDay(...parts) ? new LocalTime(...parts) : null;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function isTimeOfDay(hour: number, minute: number, second: number, nanosecond: number): boolean {
  return isBelow(hour, 24) && isBelow(minute, 60) && isBelow(second, 60) && isBelow(nanosecond, NANOS_PER_SECOND);
}

function isBelow(value: number, limit: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < limit;
}
