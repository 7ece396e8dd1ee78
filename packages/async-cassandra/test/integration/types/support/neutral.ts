import { isIPv4 } from 'node:net';
import { type CqlType, Decimal, Duration, LocalDate, LocalTime } from 'async-cassandra';

/** A value as strings and arrays only, sets and maps in one order: the same for the same value, whoever read it. */
export type Neutral = string | null | readonly Neutral[];

/** The neutral form of a value that this package read, or was given to write. */
export function neutral(type: CqlType, value: unknown): Neutral {
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case 'list':
    case 'vector':
      return Array.from(value as Iterable<unknown>, (element) => neutral(type.element, element));
    case 'set':
      return ordered(Array.from(value as Set<unknown>, (element) => neutral(type.element, element)));
    case 'map':
      return ordered(
        Array.from(value as Map<unknown, unknown>, ([k, v]) => [neutral(type.key, k), neutral(type.value, v)]),
      );
    case 'tuple':
      return type.elements.map((element, i) => neutral(element, (value as unknown[])[i]));
    case 'udt':
      return type.fields.map((field) => neutral(field.type, (value as Record<string, unknown>)[field.name]));
    default:
      return neutralLeaf(type, value);
  }
}

/** What sets and maps compare when they look for a value that they have already: 1.0 and 1.00 are one decimal, 0 and -0 one number. */
export function neutralKey(type: CqlType, value: unknown): string {
  return JSON.stringify(normalized(type, neutral(type, value)));
}

/** Sets and maps in one order. */
export function ordered(elements: readonly Neutral[]): Neutral {
  return elements
    .map((element) => [JSON.stringify(element), element] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, element]) => element);
}

/** A number that JSON would change. */
export function neutralNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function neutralLeaf(type: CqlType, value: unknown): string {
  if (value instanceof Decimal) return `${value.unscaled}/${value.scale}`;
  if (value instanceof LocalDate) return String(value.daysSinceEpoch);
  if (value instanceof LocalTime) return String(value.nanosecondOfDay);
  if (value instanceof Duration) return `${value.months}/${value.days}/${value.nanoseconds}`;
  if (value instanceof Date) return String(value.getTime());
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (type.kind === 'inet') return neutralInet(value as string);
  return typeof value === 'number' ? neutralNumber(value) : String(value);
}

/** An address as the platform's URL parser writes it, given as text or as the hexadecimal digits of its bytes. */
export function neutralInet(text: string): string {
  const pairs = text.match(/^(?:[0-9a-f]{8}|[0-9a-f]{32})$/) === null ? null : (text.match(/../g) ?? []);
  if (pairs?.length === 4) return pairs.map((pair) => Number.parseInt(pair, 16)).join('.');
  if (pairs !== null) return neutralInet(text.replace(/(....)(?=.)/g, '$1:'));
  return isIPv4(text) ? text : new URL(`http://[${text}]`).hostname.slice(1, -1);
}

function normalized(type: CqlType, value: Neutral): Neutral {
  if (value === null) return null;
  switch (type.kind) {
    case 'decimal':
      return normalizedDecimal(value as string);
    case 'float':
    case 'double':
      return value === '-0' ? '0' : value;
    case 'list':
    case 'vector':
      return (value as Neutral[]).map((element) => normalized(type.element, element));
    case 'set':
      return ordered((value as Neutral[]).map((element) => normalized(type.element, element)));
    case 'map':
      return ordered(
        (value as [Neutral, Neutral][]).map(([k, v]) => [normalized(type.key, k), normalized(type.value, v)]),
      );
    case 'tuple':
      return type.elements.map((element, i) => normalized(element, (value as Neutral[])[i] as Neutral));
    case 'udt':
      return type.fields.map((field, i) => normalized(field.type, (value as Neutral[])[i] as Neutral));
    default:
      return value;
  }
}

function normalizedDecimal(text: string): string {
  const [unscaled = '', scale = ''] = text.split('/');
  if (unscaled === '0') return '0';
  const digits = unscaled.replace(/0+$/, '');
  return `${digits}/${Number(scale) - (unscaled.length - digits.length)}`;
}
