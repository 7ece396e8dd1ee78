import {
  type CodecRegistry,
  compileParameterEncoder,
  compileRowDecoder,
  type ParameterEncoder,
  type Row,
  type RowDecoder,
} from '../../../src/codecs/index.ts';
import {
  ByteReader,
  ByteWriter,
  type ColumnSpec,
  type CqlType,
  parseCqlTypeName,
} from '../../../src/protocol/index.ts';

/** Both ways in which rows are decoded and values encoded: by generated code and by loops. */
export const ways = ['generated', 'interpreted'] as const;
export type Way = (typeof ways)[number];

/** After how many rows or executions a function is generated, to have it at once or never. */
const worthGenerating: Record<Way, number> = { generated: 0, interpreted: Number.POSITIVE_INFINITY };

export function typeOf(text: string): CqlType {
  return parseCqlTypeName(text, () => undefined);
}

export function columnsOf(types: readonly (readonly [name: string, type: CqlType | string])[]): ColumnSpec[] {
  return types.map(([name, type]) => ({
    keyspace: 'shop',
    table: 'orders',
    name,
    type: typeof type === 'string' ? typeOf(type) : type,
  }));
}

export function decoderFor(columns: readonly ColumnSpec[], registry: CodecRegistry, way: Way): RowDecoder {
  return compileRowDecoder(columns, registry, worthGenerating[way]);
}

export function encoderFor(columns: readonly ColumnSpec[], registry: CodecRegistry, way: Way): ParameterEncoder {
  return compileParameterEncoder(columns, registry, worthGenerating[way]);
}

/** A reader over a part in the middle of a larger buffer, as replies are in the socket's: what is around is not to be read. */
export function readerOver(bytes: Uint8Array): ByteReader {
  const buf = Buffer.alloc(bytes.length + 64, 0xee);
  buf.set(bytes, 32);
  return new ByteReader().reset(buf, new DataView(buf.buffer, buf.byteOffset, buf.length), 32, 32 + bytes.length);
}

/** Decodes rows and checks that all bytes were used. */
export function decodeRows(
  columns: readonly ColumnSpec[],
  registry: CodecRegistry,
  way: Way,
  bytes: Uint8Array,
  count = 1,
): Row[] {
  const rows: Row[] = [];
  const r = readerOver(bytes);
  decoderFor(columns, registry, way).decode(r, count, rows);
  if (r.remaining !== 0) throw new Error(`${r.remaining} bytes were left`);
  return rows;
}

export function encodeValues(
  columns: readonly ColumnSpec[],
  registry: CodecRegistry,
  way: Way,
  values: readonly unknown[],
): Buffer {
  const w = new ByteWriter(16);
  encoderFor(columns, registry, way).write(w, values);
  return Buffer.from(w.buf.subarray(0, w.pos));
}

/** [bytes] of each cell, null for null. */
export function cells(...values: readonly (Uint8Array | string | null)[]): Buffer {
  return Buffer.concat(
    values.flatMap((value) => {
      const bytes = typeof value === 'string' ? Buffer.from(value, 'hex') : value;
      const length = Buffer.alloc(4);
      length.writeInt32BE(bytes === null ? -1 : bytes.length);
      return bytes === null ? [length] : [length, bytes];
    }),
  );
}
