/**
 * Decoding and encoding against hand-written code for the same columns, in one process and in turns:
 *
 *     npx tsx bench/micro/codecs.ts [part of a title]
 */
import { randomBytes } from 'node:crypto';
import {
  codecs,
  CodecRegistry,
  compileParameterEncoder,
  compileRowDecoder,
  encodeValue,
  type Row,
} from '../../packages/async-cassandra/src/codecs/index.ts';
import {
  ByteReader,
  ByteWriter,
  type ColumnSpec,
  type CqlType,
  nativeTypes as t,
} from '../../packages/async-cassandra/src/protocol/index.ts';
import { type Contestant, printTimings, runInterleaved } from './interleaved.ts';
import { decodeEvents, decodeItem, decodeUser, uuidObject, uuidText } from './limit.ts';

type NativeBuffer = Buffer & {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
};

const PAGE_ROWS = 5000;
const SINGLE_ROWS = 2000;

const generated = new CodecRegistry();
const interpreted = new CodecRegistry({ codeGeneration: false });
const objects = new CodecRegistry({ codecs: [codecs.uuidAsObject, codecs.timeuuidAsObject] });

function columns(types: Readonly<Record<string, CqlType>>): ColumnSpec[] {
  return Object.entries(types).map(([name, type]) => ({ keyspace: 'bench', table: 'bench', name, type }));
}

const users = columns({ id: t.uuid, name: t.text, email: t.text, age: t.int, created: t.timestamp });
const events = columns({
  pk: t.uuid,
  ck: t.timeuuid,
  seq: t.bigint,
  score: t.double,
  payload: t.text,
  flag: t.boolean,
  at: t.timestamp,
});
const items = columns({
  tags: { kind: 'set', element: t.text, frozen: false },
  attrs: { kind: 'map', key: t.text, value: t.int, frozen: false },
  vals: { kind: 'list', element: t.double, frozen: false },
});

function letters(length: number): string {
  return Array.from(randomBytes(length), (byte) => String.fromCharCode(97 + (byte % 26))).join('');
}

function cells(specs: readonly ColumnSpec[], rows: readonly (readonly unknown[])[]): NativeBuffer {
  const w = new ByteWriter(1 << 20);
  for (const row of rows) specs.forEach((column, i) => w.writeBytes(encodeValue(column.type, row[i], generated)));
  return Buffer.from(w.buf.subarray(0, w.pos)) as NativeBuffer;
}

/** A page decoded at once. */
function page(
  specs: readonly ColumnSpec[],
  registry: CodecRegistry,
  bytes: Buffer,
  view: DataView,
  count: number,
): Contestant {
  const decoder = compileRowDecoder(specs, registry);
  const r = new ByteReader();
  return () => {
    const rows: Row[] = [];
    decoder.decode(r.reset(bytes, view, 0, bytes.length), count, rows);
    return rows;
  };
}

/** One row at a time, as results of one row are. */
function singles(specs: readonly ColumnSpec[], registry: CodecRegistry, bytes: Buffer, view: DataView): Contestant {
  const decoder = compileRowDecoder(specs, registry);
  const r = new ByteReader();
  return () => {
    let last: Row[] = [];
    for (let i = 0; i < SINGLE_ROWS; i++) {
      last = [];
      decoder.decode(r.reset(bytes, view, 0, bytes.length), 1, last);
    }
    return last;
  };
}

function repeated(decode: () => unknown): Contestant {
  return () => {
    let last: unknown;
    for (let i = 0; i < SINGLE_ROWS; i++) last = [decode()];
    return last;
  };
}

function w3(): void {
  const pk = randomBytes(16);
  const rows = Array.from({ length: PAGE_ROWS }, (_, i) => [
    pk,
    randomBytes(16),
    BigInt(i),
    i / 3,
    letters(40),
    i % 2 === 0,
    new Date(1.7e12 + i),
  ]);
  const bytes = cells(events, rows);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  printTimings(
    `W3: a page of ${PAGE_ROWS} rows, per row`,
    runInterleaved(
      {
        'limit, uuids as text': () => decodeEvents(bytes, view, 0, PAGE_ROWS, uuidText),
        generated: page(events, generated, bytes, view, PAGE_ROWS),
        interpreted: page(events, interpreted, bytes, view, PAGE_ROWS),
      },
      { operations: PAGE_ROWS },
    ),
  );
  printTimings(
    `W3: a page of ${PAGE_ROWS} rows, uuids as objects, per row`,
    runInterleaved(
      {
        'limit, uuids as objects': () => decodeEvents(bytes, view, 0, PAGE_ROWS, uuidObject),
        generated: page(events, objects, bytes, view, PAGE_ROWS),
      },
      { operations: PAGE_ROWS },
    ),
  );
}

function w1(): void {
  const bytes = cells(users, [[randomBytes(16), 'abcdefghijkl', 'someone@example.test.org', 42, new Date(1.7e12)]]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  printTimings(
    'W1: one row, per row',
    runInterleaved(
      {
        limit: repeated(() => decodeUser(bytes, view, 0, uuidText)),
        generated: singles(users, generated, bytes, view),
        interpreted: singles(users, interpreted, bytes, view),
      },
      { operations: SINGLE_ROWS },
    ),
  );
}

function w4(): void {
  const tags = Array.from({ length: 10 }, () => letters(10));
  const attrs = new Map(Array.from({ length: 10 }, (_, i) => [letters(8), i * 7]));
  const bytes = cells(items, [[tags, attrs, Array.from({ length: 20 }, (_, i) => i + 0.5)]]);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  printTimings(
    'W4: one row of collections, per row',
    runInterleaved(
      {
        'limit, the set as an array': repeated(() => decodeItem(bytes, view, 0)),
        generated: singles(items, generated, bytes, view),
        interpreted: singles(items, interpreted, bytes, view),
      },
      { operations: SINGLE_ROWS },
    ),
  );
}

function w2(): void {
  const values = [
    '5f3a1c2e-7b4d-4e6f-8a91-0b2c3d4e5f60',
    'abcdefghijkl',
    'someone@example.test.org',
    42,
    new Date(1.7e12),
  ];
  const w = new ByteWriter(1 << 12);
  const encode = (registry: CodecRegistry): Contestant => {
    const encoder = compileParameterEncoder(users, registry);
    return () => {
      for (let i = 0; i < SINGLE_ROWS; i++) {
        w.pos = 0;
        encoder.write(w, values);
      }
      return w.pos;
    };
  };
  encode(generated)();
  const encoded = Buffer.from(w.buf.subarray(0, w.pos));
  printTimings(
    'W2: five values, per statement',
    runInterleaved(
      {
        'limit, copying what was encoded': () => {
          for (let i = 0; i < SINGLE_ROWS; i++) {
            w.pos = 0;
            w.writeRaw(encoded);
          }
          return w.pos;
        },
        generated: encode(generated),
        interpreted: encode(interpreted),
      },
      { operations: SINGLE_ROWS },
    ),
  );
}

for (const [title, run] of Object.entries({ w3, w1, w4, w2 })) {
  if (title.includes(process.argv[2] ?? '')) run();
}
