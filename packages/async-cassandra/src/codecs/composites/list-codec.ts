import type { ByteWriter, CollectionType } from '../../protocol/index.ts';
import { ValueCodec } from '../value-codec.ts';
import { wrongKind } from '../value-problems.ts';
import { checkEnd, LENGTH_BYTES, readCell, readCount, readLength } from './cell.ts';
import { elementsOf, writeElement } from './elements.ts';

/** list, read as an Array; and set, read as a Set. Both are an [int] count and as many [bytes]. */
export class ListCodec extends ValueCodec {
  readonly element: ValueCodec;
  readonly isSet: boolean;

  constructor(type: CollectionType, element: ValueCodec) {
    super(type);
    this.element = element;
    this.isSet = type.kind === 'set';
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    const elements = elementsOf(value);
    if (elements === null) throw wrongKind(column, this.typeName, value);
    const start = w.pos;
    w.writeInt(0);
    let count = 0;
    for (const element of elements) {
      // Only lists may hold null, as the values of an IN condition do; the server refuses it in anything it stores.
      if (element === null && !this.isSet) w.writeInt(-1);
      else writeElement(w, this.element, element, column, this.typeName);
      count++;
    }
    w.view.setInt32(start, count);
  }

  decode(b: Buffer, v: DataView, p: number, n: number, column: string): unknown {
    const count = readCount(v, p, n, LENGTH_BYTES, column, this.typeName);
    const end = p + n;
    const { element } = this;
    const list: unknown[] = [];
    let at = p + LENGTH_BYTES;
    for (let i = 0; i < count; i++) {
      const length = readLength(v, at, end, column);
      at += LENGTH_BYTES;
      list.push(readCell(element, b, v, at, length, end, column));
      if (length > 0) at += length;
    }
    checkEnd(at, end, column, this.typeName);
    return this.isSet ? new Set(list) : list;
  }
}
