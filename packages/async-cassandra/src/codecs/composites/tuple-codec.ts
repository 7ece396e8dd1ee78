import type { ByteWriter, TupleType } from '../../protocol/index.ts';
import { ValueCodec } from '../value-codec.ts';
import { refused, wrongKind } from '../value-problems.ts';
import { checkEnd, checkPresence, leastBytesOf, LENGTH_BYTES, readCell, readLength } from './cell.ts';
import { writeComponent } from './elements.ts';

/** tuple: its components as [bytes], without a count; read as an Array. Components that are not there are null. */
export class TupleCodec extends ValueCodec {
  readonly elements: readonly ValueCodec[];
  readonly #undefinedIsAbsent: boolean;
  readonly #leastBytes: number;

  constructor(type: TupleType, elements: readonly ValueCodec[], undefinedIsAbsent: boolean) {
    super(type);
    this.elements = elements;
    this.#undefinedIsAbsent = undefinedIsAbsent;
    this.#leastBytes = leastBytesOf(elements.length);
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    const { elements } = this;
    if (!Array.isArray(value)) throw wrongKind(column, this.typeName, value);
    if (value.length !== elements.length)
      throw refused(column, this.typeName, `${value.length} components where ${elements.length} belong`);
    for (let i = 0; i < elements.length; i++) {
      writeComponent(w, elements[i] as ValueCodec, value[i], this.#undefinedIsAbsent, column, this.typeName);
    }
  }

  decode(b: Buffer, v: DataView, p: number, n: number, column: string): unknown[] {
    checkPresence(n, this.#leastBytes, column, this.typeName);
    const end = p + n;
    const tuple: unknown[] = [];
    let at = p;
    for (const element of this.elements) {
      if (at === end) {
        tuple.push(null);
        continue;
      }
      const length = readLength(v, at, end, column);
      at += LENGTH_BYTES;
      tuple.push(readCell(element, b, v, at, length, end, column));
      if (length > 0) at += length;
    }
    checkEnd(at, end, column, this.typeName);
    return tuple;
  }
}
