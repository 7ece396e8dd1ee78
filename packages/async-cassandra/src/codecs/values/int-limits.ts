/** Bounds of the 32- and 64-bit integers that the value classes are made of. */
export const MIN_INT32 = -0x8000_0000;
export const MAX_INT32 = 0x7fff_ffff;
export const MIN_INT64: bigint = -(2n ** 63n);
export const MAX_INT64: bigint = 2n ** 63n - 1n;

export function isInt32(value: unknown): value is number {
  return typeof value === 'number' && (value | 0) === value;
}
