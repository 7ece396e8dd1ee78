import type { ByteWriter, CqlType } from '../protocol/index.ts';
import type { Codec } from './codec.ts';
import { copyBytes } from './scalars/blob-codec.ts';
import { ValueCodec } from './value-codec.ts';
import { describeKind, refused, unrepresentable } from './value-problems.ts';
import { isBytes } from './kinds.ts';

/** Calls a codec of the application's, and names the column in what it throws. */
export class UserCodec extends ValueCodec {
  readonly #codec: Codec<unknown>;

  constructor(type: CqlType, codec: Codec<unknown>) {
    super(type);
    this.#codec = codec;
  }

  override get hasEmptyValue(): boolean {
    const { kind } = this.type;
    return kind === 'text' || kind === 'ascii' || kind === 'blob';
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    const bytes = this.#bytesOf(value, column);
    if (!isBytes(bytes)) {
      throw refused(column, this.typeName, `what its codec made of the value: ${describeKind(bytes)} instead of bytes`);
    }
    w.writeRaw(bytes);
  }

  decode(b: Buffer, _v: DataView, p: number, n: number, column: string): unknown {
    const bytes = copyBytes(b, p, n);
    try {
      return this.#codec.decode(bytes);
    } catch (cause) {
      throw unrepresentable(
        column,
        this.typeName,
        'a value that its codec does not read, check encoding.codecs',
        cause,
      );
    }
  }

  #bytesOf(value: unknown, column: string): unknown {
    try {
      return this.#codec.encode(value);
    } catch (cause) {
      throw refused(column, this.typeName, `${describeKind(value)}, which its codec does not write`, cause);
    }
  }
}
