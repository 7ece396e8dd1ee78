import type { ByteReader, ColumnSpec } from '../../protocol/index.ts';
import type { Row } from '../row.ts';
import { TEXT_HELPER } from '../scalars/text-codec.ts';
import type { ValueCodec } from '../value-codec.ts';
import { generate } from './code-generation.ts';
import { compositeSource } from './composite-source.ts';
import { DecoderSource } from './decoder-source.ts';
import { objectLiteral } from './object-literal.ts';
import type { RowDecoder } from './row-decoder.ts';

/** Appends `count` rows and returns the offset after them. */
type DecodeRows = (b: Buffer, v: DataView, p: number, end: number, count: number, rows: Row[]) => number;
type TextReader = (b: Buffer, start: number, end: number) => string;

/** Columns that one function reads. More make it larger than what engines optimise; they are read by several functions. */
const MAX_COLUMNS = 64;
const GROUP_COLUMNS = 32;

/** Decodes rows by a function made for exactly these columns: no loop over columns, and rows of one shape. */
export class GeneratedRowDecoder implements RowDecoder {
  readonly #decode: DecodeRows;

  constructor(columns: readonly ColumnSpec[], codecs: readonly ValueCodec[], text: TextReader) {
    const names = columns.map((column) => column.name);
    const source = new DecoderSource({ names, [TEXT_HELPER]: text }, compositeSource);
    const body = names.length <= MAX_COLUMNS ? narrowSource(source, names, codecs) : wideSource(source, names, codecs);
    this.#decode = generate(source.scope, `${source.functions}\n${body}`);
  }

  decode(r: ByteReader, count: number, rows: Row[]): void {
    r.pos = this.#decode(r.buf, r.view, r.pos, r.end, count, rows);
  }
}

function narrowSource(source: DecoderSource, names: readonly string[], codecs: readonly ValueCodec[]): string {
  const cells = codecs.map((codec, i) => source.sharedCell(codec, `c${i}`, `names[${i}]`, `s${i}`));
  return `return function decodeRows(b, v, p, end, count, rows) {
${codecs.map((codec, i) => source.sharedState(codec, `s${i}`)).join('\n')}
for (let i = 0; i < count; i++) {
let n = 0, ${codecs.map((_, i) => `c${i} = null`).join(', ')};
${cells.join('\n')}
rows.push(${objectLiteral(names, (i) => `c${i}`)});
}
return p;
};`;
}

function wideSource(source: DecoderSource, names: readonly string[], codecs: readonly ValueCodec[]): string {
  const groups: string[] = [];
  const calls: string[] = [];
  for (let first = 0; first < codecs.length; first += GROUP_COLUMNS) {
    const cells = codecs
      .slice(first, first + GROUP_COLUMNS)
      .map((codec, i) => source.cell(codec, `values[${first + i}]`, `names[${first + i}]`));
    groups.push(`function group${first}(b, v, p, end, values) {\nlet n = 0;\n${cells.join('\n')}\nreturn p;\n}`);
    calls.push(`p = group${first}(b, v, p, end, values);`);
  }
  return `${groups.join('\n')}
return function decodeRows(b, v, p, end, count, rows) {
const values = new Array(${codecs.length}).fill(null);
for (let i = 0; i < count; i++) {
${calls.join('\n')}
rows.push(${objectLiteral(names, (i) => `values[${i}]`)});
}
return p;
};`;
}
