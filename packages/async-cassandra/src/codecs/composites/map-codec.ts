import type { ByteWriter, MapType } from '../../protocol/index.ts';
import { ValueCodec } from '../value-codec.ts';
import { refused, wrongKind } from '../value-problems.ts';
import { checkEnd, LENGTH_BYTES, readCell, readCount, readLength } from './cell.ts';
import { writeElement } from './elements.ts';
import { isPlainObject } from './plain-object.ts';

/** map: an [int] count and as many pairs of [bytes]; read as a Map. */
export class MapCodec extends ValueCodec {
  readonly key: ValueCodec;
  readonly value: ValueCodec;
  readonly #hasTextKeys: boolean;

  constructor(type: MapType, key: ValueCodec, value: ValueCodec) {
    super(type);
    this.key = key;
    this.value = value;
    this.#hasTextKeys = type.key.kind === 'text' || type.key.kind === 'ascii';
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    const start = w.pos;
    w.writeInt(0);
    let count = 0;
    for (const entry of this.#entriesOf(value, column)) {
      if (!Array.isArray(entry) || entry.length !== 2)
        throw refused(column, this.typeName, 'an entry that is no pair of key and value');
      writeElement(w, this.key, entry[0], column, this.typeName);
      writeElement(w, this.value, entry[1], column, this.typeName);
      count++;
    }
    w.view.setInt32(start, count);
  }

  decode(b: Buffer, v: DataView, p: number, n: number, column: string): Map<unknown, unknown> {
    const count = readCount(v, p, n, 2 * LENGTH_BYTES, column, this.typeName);
    const end = p + n;
    const map = new Map<unknown, unknown>();
    let at = p + LENGTH_BYTES;
    for (let i = 0; i < count; i++) {
      const keyLength = readLength(v, at, end, column);
      at += LENGTH_BYTES;
      const key = readCell(this.key, b, v, at, keyLength, end, column);
      if (keyLength > 0) at += keyLength;
      const valueLength = readLength(v, at, end, column);
      at += LENGTH_BYTES;
      map.set(key, readCell(this.value, b, v, at, valueLength, end, column));
      if (valueLength > 0) at += valueLength;
    }
    checkEnd(at, end, column, this.typeName);
    return map;
  }

  #entriesOf(value: unknown, column: string): Iterable<unknown> {
    if (typeof value === 'object' && value !== null) {
      if (Symbol.iterator in value) return value as Iterable<unknown>;
      if (this.#hasTextKeys && isPlainObject(value)) return Object.entries(value);
    }
    throw wrongKind(column, this.typeName, value);
  }
}
