import { types } from 'node:util';

/** Whether a value is a Uint8Array, be it of another realm such as that of a test runner or vm context. */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || types.isUint8Array(value);
}

/** Whether a value is a Date, be it of another realm. */
export function isDate(value: unknown): value is Date {
  return value instanceof Date || types.isDate(value);
}
