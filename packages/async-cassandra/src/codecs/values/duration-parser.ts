/** The parts that a text spells out, signed, not yet checked against their ranges. */
export interface DurationParts {
  readonly months: bigint;
  readonly days: bigint;
  readonly nanoseconds: bigint;
}

/** Units in the only order that Cassandra accepts, each at most once. */
const unitText =
  /^(?:(\d+)y)?(?:(\d+)mo)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?(?:(\d+)(?:us|\u00b5s|\u03bcs))?(?:(\d+)ns)?$/i;
const isoText = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const isoWeekText = /^P(\d+)W$/;
const isoAlternativeText = /^P(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})$/;

/** No part in range has more digits; longer ones are refused before they cost anything. */
const MAX_DURATION_CHARS = 160;

/**
 * Reads a duration as Cassandra's own `Duration.from` does: units, ISO 8601, ISO 8601 weeks, or the ISO 8601
 * alternative form; null when the text is none of them.
 */
export function parseDurationParts(text: string): DurationParts | null {
  if (text.length > MAX_DURATION_CHARS) return null;
  const isNegative = text.startsWith('-');
  const source = isNegative ? text.slice(1) : text;
  const parts = source.startsWith('P') ? parseIso(source) : parseUnits(source);
  if (parts === null || !isNegative) return parts;
  return { months: -parts.months, days: -parts.days, nanoseconds: -parts.nanoseconds };
}

function parseUnits(source: string): DurationParts | null {
  const match = source === '' ? null : unitText.exec(source);
  if (match === null) return null;
  const [years, months, weeks, days, hours, minutes, seconds, milliseconds, microseconds, nanoseconds] = match
    .slice(1)
    .map(toBigInt) as Ten;
  return {
    months: years * 12n + months,
    days: weeks * 7n + days,
    nanoseconds: clock(hours, minutes, seconds) + milliseconds * 1_000_000n + microseconds * 1000n + nanoseconds,
  };
}

function parseIso(source: string): DurationParts | null {
  const week = isoWeekText.exec(source);
  if (week !== null) return { months: 0n, days: toBigInt(week[1]) * 7n, nanoseconds: 0n };
  const match = isoText.exec(source) ?? isoAlternativeText.exec(source);
  if (match === null) return null;
  const [years, months, days, hours, minutes, seconds] = match.slice(1).map(toBigInt) as Six;
  return { months: years * 12n + months, days, nanoseconds: clock(hours, minutes, seconds) };
}

type Six = [bigint, bigint, bigint, bigint, bigint, bigint];
type Ten = [...Six, bigint, bigint, bigint, bigint];

function toBigInt(digits: string | undefined): bigint {
  return BigInt(digits ?? 0);
}

function clock(hours: bigint, minutes: bigint, seconds: bigint): bigint {
  return ((hours * 60n + minutes) * 60n + seconds) * 1_000_000_000n;
}
