import type { ByteWriter, CqlType } from '../protocol/index.ts';
import { formatCqlType } from '../protocol/index.ts';
import { corrupt } from './value-problems.ts';

/**
 * How a compiled decoder reads a value of one fixed size without a call: an expression over `b` (the Buffer),
 * `v` (its DataView), `p` (where the value starts), `column` (its name) and the helpers. Never made of anything
 * that a server or user sent.
 */
export interface InlineRead {
  readonly expression: string;
  readonly helpers: Readonly<Record<string, unknown>>;
  /**
   * The value of sixteen zero bytes, for types of that size whose values may be shared: rows of one partition have the same
   * key, which is then made only once. Absent: every value is made by itself.
   */
  readonly zero?: string;
}

/**
 * Writes and reads the values of one CQL type (native protocol specification v5, section 6).
 * Null, unset and the length fields around a value are not its business: whoever holds the cell handles them.
 */
export abstract class ValueCodec {
  readonly type: CqlType;
  /** The type as CQL writes it, for messages. */
  readonly typeName: string;
  /** Bytes of every value of this type; 0 when they vary. Vectors pack elements of fixed size without lengths. */
  readonly fixedSize: number;

  protected constructor(type: CqlType, fixedSize = 0) {
    this.type = type;
    this.typeName = formatCqlType(type);
    this.fixedSize = fixedSize;
  }

  /** Whether no bytes at all are a value, as in an empty text, and not null. */
  get hasEmptyValue(): boolean {
    return false;
  }

  /** How a compiled decoder reads it in place; undefined: it calls `decode`. */
  get inline(): InlineRead | undefined {
    return undefined;
  }

  /**
   * Writes the bytes of a value that is neither null nor undefined nor unset.
   * @throws InvalidValueError naming the column, when the type does not hold the value
   */
  abstract encode(w: ByteWriter, value: unknown, column: string): void;

  /**
   * Reads the value of the `n` bytes at `p`; all of them are there, and n is not 0 unless `hasEmptyValue`.
   * @throws ProtocolError when they are no value of this type
   * @throws InvalidValueError when JavaScript cannot represent it
   */
  abstract decode(b: Buffer, v: DataView, p: number, n: number, column: string): unknown;

  /** Writes a value as [bytes]: its length and itself. */
  writeCell(w: ByteWriter, value: unknown, column: string): void {
    const start = w.pos;
    w.writeInt(0);
    this.encode(w, value, column);
    w.view.setInt32(start, w.pos - start - 4);
  }
}

/** A codec of values that all have the same number of bytes. */
export abstract class FixedCodec extends ValueCodec {
  /** Reads the value at `p`; its bytes are there. */
  protected abstract read(b: Buffer, v: DataView, p: number, column: string): unknown;

  decode(b: Buffer, v: DataView, p: number, n: number, column: string): unknown {
    if (n !== this.fixedSize) throw corrupt(column, this.typeName, `${n} bytes where ${this.fixedSize} belong`);
    return this.read(b, v, p, column);
  }
}
