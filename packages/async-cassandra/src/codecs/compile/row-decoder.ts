import type { ByteReader } from '../../protocol/index.ts';
import type { Row } from '../row.ts';

/** Decodes the rows of one set of columns. */
export interface RowDecoder {
  /**
   * Appends the next `count` rows to `rows` and moves the reader past them. When it throws, `rows` may have some of them, and
   * where the reader stands means nothing.
   * @throws ProtocolError when the bytes are no such rows
   * @throws InvalidValueError when a value cannot be represented; the message names its column
   */
  decode(r: ByteReader, count: number, rows: Row[]): void;
}
