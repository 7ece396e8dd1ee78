import type { ByteReader, ColumnSpec } from '../../protocol/index.ts';
import { LENGTH_BYTES, readCell, readLength } from '../composites/cell.ts';
import { setOwn } from '../composites/plain-object.ts';
import type { Row } from '../row.ts';
import type { ValueCodec } from '../value-codec.ts';
import type { RowDecoder } from './row-decoder.ts';

/** Decodes rows by looping over codecs: for results that are too small to compile for, and where code cannot be generated. */
export class InterpretedRowDecoder implements RowDecoder {
  readonly #names: readonly string[];
  readonly #codecs: readonly ValueCodec[];

  constructor(columns: readonly ColumnSpec[], codecs: readonly ValueCodec[]) {
    this.#names = columns.map((column) => column.name);
    this.#codecs = codecs;
  }

  decode(r: ByteReader, count: number, rows: Row[]): void {
    for (let i = 0; i < count; i++) rows.push(this.#row(r));
  }

  #row(r: ByteReader): Row {
    const { buf, view, end } = r;
    const row: Row = {};
    let at = r.pos;
    for (let i = 0; i < this.#codecs.length; i++) {
      const name = this.#names[i] as string;
      const length = readLength(view, at, end, name);
      at += LENGTH_BYTES;
      setOwn(row, name, readCell(this.#codecs[i] as ValueCodec, buf, view, at, length, end, name));
      if (length > 0) at += length;
    }
    r.pos = at;
    return row;
  }
}
