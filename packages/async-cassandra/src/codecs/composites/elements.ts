import type { ByteWriter } from '../../protocol/index.ts';
import type { ValueCodec } from '../value-codec.ts';
import { describeKind, refused } from '../value-problems.ts';
import { unset } from '../values/unset.ts';

/** The elements of a bound list or set, or null when the value has none. A string has characters, not elements. */
export function elementsOf(value: unknown): Iterable<unknown> | null {
  return typeof value === 'object' && value !== null && Symbol.iterator in value ? (value as Iterable<unknown>) : null;
}

/** @throws InvalidValueError when an element is null, undefined or unset */
export function checkPresent(element: unknown, column: string, typeName: string): void {
  if (element === null || element === undefined || element === unset) {
    throw refused(column, typeName, `an element that is ${describeKind(element)}`);
  }
}

/**
 * Writes an element, key or field as [bytes].
 * @throws InvalidValueError when it is null, undefined or unset
 */
export function writeElement(
  w: ByteWriter,
  codec: ValueCodec,
  element: unknown,
  column: string,
  typeName: string,
): void {
  checkPresent(element, column, typeName);
  codec.writeCell(w, element, column);
}

/**
 * Writes a component of a tuple or user-defined type, which may be null.
 * @throws InvalidValueError when it is undefined, unless that counts as absent, or unset
 */
export function writeComponent(
  w: ByteWriter,
  codec: ValueCodec,
  value: unknown,
  undefinedIsAbsent: boolean,
  column: string,
  typeName: string,
): void {
  if (value === null || (value === undefined && undefinedIsAbsent)) w.writeInt(-1);
  else writeElement(w, codec, value, column, typeName);
}
