import { InvalidValueError, ProtocolError } from '../errors/index.ts';
import { unset } from './values/unset.ts';
import { isBytes, isDate } from './kinds.ts';

/** Says what kind of value this is, never the value itself: messages end up in logs. */
export function describeKind(value: unknown): string {
  if (value === null) return 'null';
  if (value === unset) return 'unset';
  switch (typeof value) {
    case 'undefined':
      return 'undefined';
    case 'number':
      return describeNumber(value);
    case 'object':
      return describeObject(value);
    default:
      return `a ${typeof value}`;
  }
}

function describeNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return 'an infinite number';
  if (!Number.isInteger(value)) return 'a fractional number';
  return Number.isSafeInteger(value) ? 'an integer' : 'an integer beyond 2^53, which a number does not hold exactly';
}

function describeObject(value: object): string {
  if (Array.isArray(value)) return 'an array';
  if (isDate(value)) return Number.isNaN(value.getTime()) ? 'an invalid Date' : 'a Date';
  if (isBytes(value)) return `${value.length} bytes`;
  const name = (Object.getPrototypeOf(value) as { readonly constructor?: { readonly name?: unknown } } | null)
    ?.constructor?.name;
  return typeof name === 'string' && name !== '' && name !== 'Object' ? `an object of class ${name}` : 'a plain object';
}

/** A bound value that the column's type cannot hold; `what` describes it. */
export function refused(column: string, typeName: string, what: string, cause?: unknown): InvalidValueError {
  const message = `Column "${column}" of type ${typeName} cannot hold ${what}, check the value bound to it`;
  return new InvalidValueError(message, cause === undefined ? undefined : { cause });
}

/** A bound value of a kind that the column's type does not take. */
export function wrongKind(column: string, typeName: string, value: unknown): InvalidValueError {
  return refused(column, typeName, describeKind(value));
}

/** A bound value of the right kind that is too large or too small. */
export function outOfRange(column: string, typeName: string, value: unknown): InvalidValueError {
  return refused(column, typeName, `${describeKind(value)} out of its range`);
}

/** A value read that JavaScript's counterpart of the type cannot represent. */
export function unrepresentable(column: string, typeName: string, what: string, cause?: unknown): InvalidValueError {
  return new InvalidValueError(
    `Column "${column}" of type ${typeName} holds ${what}`,
    cause === undefined ? { outcome: 'unknown' } : { outcome: 'unknown', cause },
  );
}

/** Bytes read that are not a value of the column's type. */
export function corrupt(column: string, typeName: string, what: string): ProtocolError {
  return new ProtocolError(
    `Column "${column}" of type ${typeName} holds ${what}, check what stands between driver and server`,
  );
}

/** A cell that says it is longer than the bytes that came. */
export function truncatedCell(column: string): ProtocolError {
  return new ProtocolError(
    `The value of column "${column}" ends beyond its message, check what stands between driver and server`,
  );
}
