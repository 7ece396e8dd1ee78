/**
 * How the values of one CQL type are written and read instead of the way this package has for them: see `encoding.codecs`.
 * It is given neither null nor unset, and, unless the type is text, ascii or blob, no value of zero bytes.
 */
export interface Codec<T> {
  /** The type it is for, as CQL writes it: `bigint`, `map<text, int>`, `shop.address`. It counts inside other types too. */
  cqlType: string;
  /** The bytes of a bound value, without a length. What it throws reaches the caller as the cause of an InvalidValueError. */
  encode(value: T): Uint8Array;
  /** The value of the bytes of a cell, which are a copy that may be kept. */
  decode(bytes: Uint8Array): T;
}
