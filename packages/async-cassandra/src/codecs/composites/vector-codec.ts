import { ByteReader, type ByteWriter, type VectorType } from '../../protocol/index.ts';
import { ValueCodec } from '../value-codec.ts';
import { corrupt, refused, truncatedCell, wrongKind } from '../value-problems.ts';
import { checkEnd, readCell } from './cell.ts';
import { checkPresent } from './elements.ts';
import { packedSize } from './packed-size.ts';
import { isBytes } from '../kinds.ts';

/** Room for the longest [unsigned vint]. */
const MAX_VINT_BYTES = 9;

/** vector: its elements packed when they are of fixed size, else each preceded by an [unsigned vint] length. */
export class VectorCodec extends ValueCodec {
  readonly element: ValueCodec;
  readonly dimension: number;
  readonly #elementSize: number;

  constructor(type: VectorType, element: ValueCodec) {
    super(type, packedSize(type));
    this.element = element;
    this.dimension = type.dimension;
    this.#elementSize = packedSize(type.element);
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    const { element, dimension } = this;
    const elements = vectorElements(value, dimension, column, this.typeName);
    for (let i = 0; i < dimension; i++) {
      checkPresent(elements[i], column, this.typeName);
      if (this.#elementSize > 0) this.#writePacked(w, elements[i], column);
      else writePrefixed(w, element, elements[i], column);
    }
  }

  decode(b: Buffer, v: DataView, p: number, n: number, column: string): unknown[] {
    return this.#elementSize > 0 ? this.#readPacked(b, v, p, n, column) : this.#readPrefixed(b, v, p, n, column);
  }

  #writePacked(w: ByteWriter, value: unknown, column: string): void {
    const start = w.pos;
    this.element.encode(w, value, column);
    const written = w.pos - start;
    if (written !== this.#elementSize) {
      throw refused(column, this.typeName, `an element of ${written} bytes where ${this.#elementSize} belong`);
    }
  }

  #readPacked(b: Buffer, v: DataView, p: number, n: number, column: string): unknown[] {
    checkPackedBytes(n, this.fixedSize, column, this.typeName);
    const elements: unknown[] = [];
    for (let i = 0, at = p; i < this.dimension; i++, at += this.#elementSize) {
      elements.push(this.element.decode(b, v, at, this.#elementSize, column));
    }
    return elements;
  }

  #readPrefixed(b: Buffer, v: DataView, p: number, n: number, column: string): unknown[] {
    if (n < this.dimension) throw corrupt(column, this.typeName, `${n} bytes, too few for its elements`);
    const r = new ByteReader().reset(b, v, p, p + n);
    const elements: unknown[] = [];
    for (let i = 0; i < this.dimension; i++) {
      const length = r.readUnsignedVInt();
      if (length > r.remaining) throw truncatedCell(column);
      elements.push(readCell(this.element, b, v, r.pos, length, r.end, column));
      r.pos += length;
    }
    checkEnd(r.pos, r.end, column, this.typeName);
    return elements;
  }
}

/** The elements of a bound vector. Bytes are none: whoever binds them has most likely encoded the vector already. */
export function vectorElements(
  value: unknown,
  dimension: number,
  column: string,
  typeName: string,
): ArrayLike<unknown> {
  const isTyped = ArrayBuffer.isView(value) && 'length' in value && !isBytes(value);
  if (!Array.isArray(value) && !isTyped) throw wrongKind(column, typeName, value);
  const elements = value as unknown as ArrayLike<unknown>;
  if (elements.length !== dimension) {
    throw refused(column, typeName, `${elements.length} elements where ${dimension} belong`);
  }
  return elements;
}

/** @throws ProtocolError when a vector of packed elements has not exactly the bytes that these take */
export function checkPackedBytes(n: number, expected: number, column: string, typeName: string): void {
  if (n !== expected) throw corrupt(column, typeName, `${n} bytes where ${expected} belong`);
}

/** The length is known only once the element is written, which is then moved back to where its length ends. */
function writePrefixed(w: ByteWriter, codec: ValueCodec, value: unknown, column: string): void {
  const start = w.pos;
  w.reserve(MAX_VINT_BYTES);
  w.pos = start + MAX_VINT_BYTES;
  codec.encode(w, value, column);
  const length = w.pos - start - MAX_VINT_BYTES;
  w.pos = start;
  w.writeUnsignedVInt(length);
  w.buf.copyWithin(w.pos, start + MAX_VINT_BYTES, start + MAX_VINT_BYTES + length);
  w.pos += length;
}
