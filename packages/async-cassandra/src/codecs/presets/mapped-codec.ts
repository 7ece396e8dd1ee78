import type { ByteWriter } from '../../protocol/index.ts';
import { ValueCodec } from '../value-codec.ts';

/** How the values of another codec are presented. */
export interface Mapping<Value> {
  /** What the application reads; it may throw an InvalidValueError that names the column. */
  read(value: Value, column: string, typeName: string): unknown;
  /** What the other codec is to write for a bound value; a value that the mapping has nothing to do with goes on as it is. */
  write(value: unknown): unknown;
}

/** A codec that presents the values of another one in another form. */
export class MappedCodec<Value> extends ValueCodec {
  readonly #base: ValueCodec;
  readonly #mapping: Mapping<Value>;

  constructor(base: ValueCodec, mapping: Mapping<Value>) {
    super(base.type, base.fixedSize);
    this.#base = base;
    this.#mapping = mapping;
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    this.#base.encode(w, this.#mapping.write(value), column);
  }

  decode(b: Buffer, v: DataView, p: number, n: number, column: string): unknown {
    return this.#mapping.read(this.#base.decode(b, v, p, n, column) as Value, column, this.typeName);
  }
}
