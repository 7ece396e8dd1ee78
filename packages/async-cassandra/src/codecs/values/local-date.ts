import { InvalidValueError } from '../../errors/index.ts';
import { isInt32, MAX_INT32, MIN_INT32 } from './int-limits.ts';

const dateText = /^([+-]?\d{4,7})-(\d{2})-(\d{2})$/;
const MS_PER_DAY = 86_400_000;
/** The Gregorian calendar repeats after 400 years. */
const DAYS_PER_ERA = 146_097;
/** Days from 0000-03-01, where the arithmetic starts, to 1970-01-01. */
const EPOCH_OFFSET_DAYS = 719_468;
/** A Date reaches this many days to either side of 1970. */
const MAX_DATE_DAYS = 100_000_000;

/**
 * A date without time or time zone, in the proleptic Gregorian calendar, over all that a CQL date holds:
 * -5877641-06-23 to +5881580-07-11. Year 0 is 1 BC.
 */
export class LocalDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
  /** Days since 1970-01-01, negative before it; a signed 32-bit number. */
  readonly daysSinceEpoch: number;

  /** @throws InvalidValueError when there is no such day, or it is beyond what a CQL date holds */
  constructor(year: number, month: number, day: number) {
    if (!isCalendarDay(year, month, day)) {
      throw new InvalidValueError('There is no such day in the range of a CQL date, check year, month and day');
    }
    this.year = year;
    this.month = month;
    this.day = day;
    this.daysSinceEpoch = daysOf(year, month, day);
  }

  /** Any of the forms that a date column accepts. */
  static from(value: LocalDate | string | Date): LocalDate {
    if (value instanceof LocalDate) return value;
    return typeof value === 'string' ? LocalDate.fromString(value) : LocalDate.fromDate(value);
  }

  /**
   * Reads `2024-02-29`, and years beyond four digits as `+12024-02-29` or `-0044-03-15`.
   * @throws InvalidValueError when the text is no such date
   */
  static fromString(text: string): LocalDate {
    const parsed = parseLocalDate(text);
    if (parsed === null)
      throw new InvalidValueError('The text is not a date in the range of CQL, check it against the form YYYY-MM-DD');
    return parsed;
  }

  /**
   * The day of a Date in UTC.
   * @throws InvalidValueError when the Date is invalid
   */
  static fromDate(date: Date): LocalDate {
    const ms = date.getTime();
    if (Number.isNaN(ms)) throw new InvalidValueError('A date cannot be made of an invalid Date, check the Date');
    return LocalDate.fromDaysSinceEpoch(Math.floor(ms / MS_PER_DAY));
  }

  /** @throws InvalidValueError when `days` is no signed 32-bit integer */
  static fromDaysSinceEpoch(days: number): LocalDate {
    if (!isInt32(days))
      throw new InvalidValueError('A CQL date holds a signed 32-bit number of days, check the number');
    // Days counted from a March 1st, so that the leap day is the last of its year.
    const shifted = days + EPOCH_OFFSET_DAYS;
    const era = Math.floor(shifted / DAYS_PER_ERA);
    const dayOfEra = shifted - era * DAYS_PER_ERA;
    const yearOfEra = Math.floor(
      (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
    );
    const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
    const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
    const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
    const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
    return new LocalDate(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day);
  }

  /** Negative, zero or positive as this is before, the same day as or after `other`. */
  compare(other: LocalDate): number {
    return Math.sign(this.daysSinceEpoch - other.daysSinceEpoch);
  }

  /** Whether `other` is a LocalDate of the same day. */
  equals(other: unknown): boolean {
    return other instanceof LocalDate && other.daysSinceEpoch === this.daysSinceEpoch;
  }

  /**
   * Midnight UTC of this day.
   * @throws InvalidValueError when the day is beyond what a Date holds
   */
  toDate(): Date {
    if (Math.abs(this.daysSinceEpoch) > MAX_DATE_DAYS) {
      throw new InvalidValueError('The day is beyond what a Date holds, use the LocalDate itself');
    }
    return new Date(this.daysSinceEpoch * MS_PER_DAY);
  }

  /** `2024-02-29`; years beyond four digits carry a sign. */
  toString(): string {
    const { year } = this;
    const sign = year < 0 ? '-' : year > 9999 ? '+' : '';
    return `${sign}${String(Math.abs(year)).padStart(4, '0')}-${twoDigits(this.month)}-${twoDigits(this.day)}`;
  }

  /** The same text as `toString`. */
  toJSON(): string {
    return this.toString();
  }
}

/** The date that a text means, or null when it means none. */
export function parseLocalDate(text: string): LocalDate | null {
  const match = dateText.exec(text);
  if (match === null) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return isCalendarDay(year, month, day) ? new LocalDate(year === 0 ? 0 : year, month, day) : null;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function isCalendarDay(year: number, month: number, day: number): boolean {
  if (!Number.isInteger(year) || !Number.isInteger(month) || !Number.isInteger(day)) return false;
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return false;
  const days = daysOf(year, month, day);
  return days >= MIN_INT32 && days <= MAX_INT32;
}

function daysInMonth(year: number, month: number): number {
  if (month !== 2) return 30 + ((month + (month >> 3)) & 1);
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

function daysOf(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - EPOCH_OFFSET_DAYS;
}
