/**
 * The limit that codecs are measured against: decoders written by hand for one set of columns each, which trust the bytes and know
 * neither null nor a change of schema. The same as those of the raw probe (`raw-decode`).
 */

interface NativeText {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
}

type NativeBuffer = Buffer & NativeText;

export class FourInts {
  constructor(a: number, b: number, c: number, d: number) {
    this.a = a;
    this.b = b;
    this.c = c;
    this.d = d;
  }
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

type ReadUuid = (v: DataView, p: number) => unknown;

const HEX = Buffer.from('0123456789abcdef');
const AT = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const text = Buffer.alloc(36, '-') as NativeBuffer;

/** A scratch buffer and native decoding. */
export function uuidText(v: DataView, p: number): string {
  for (let i = 0; i < 16; i++) {
    const byte = v.getUint8(p + i);
    const at = AT[i] as number;
    text[at] = HEX[byte >> 4] as number;
    text[at + 1] = HEX[byte & 15] as number;
  }
  return text.latin1Slice(0, 36);
}

export function uuidObject(v: DataView, p: number): FourInts {
  return new FourInts(v.getInt32(p), v.getInt32(p + 4), v.getInt32(p + 8), v.getInt32(p + 12));
}

function millis(v: DataView, p: number): Date {
  return new Date(v.getInt32(p) * 4294967296 + v.getUint32(p + 4));
}

/** Rows of W1: id uuid, name text, email text, age int, created timestamp. */
export function decodeUser(b: NativeBuffer, v: DataView, start: number, uuid: ReadUuid): unknown {
  let p = start;
  const id = uuid(v, p + 4);
  p += 20;
  let n = v.getInt32(p);
  const name = b.utf8Slice((p += 4), (p += n));
  n = v.getInt32(p);
  const email = b.utf8Slice((p += 4), (p += n));
  const age = v.getInt32(p + 4);
  p += 8;
  return { id, name, email, age, created: millis(v, p + 4) };
}

/** Rows of W3: pk uuid, ck timeuuid, seq bigint, score double, payload text, flag boolean, at timestamp. */
export function decodeEvents(b: NativeBuffer, v: DataView, start: number, count: number, uuid: ReadUuid): unknown[] {
  let p = start;
  const out: unknown[] = [];
  for (let i = 0; i < count; i++) {
    const pk = uuid(v, p + 4);
    const ck = uuid(v, p + 24);
    p += 40;
    const seq = v.getBigInt64(p + 4);
    const score = v.getFloat64(p + 16);
    p += 24;
    const n = v.getInt32(p);
    const payload = b.utf8Slice((p += 4), (p += n));
    const flag = b[p + 4] !== 0;
    p += 5;
    out.push({ pk, ck, seq, score, payload, flag, at: millis(v, p + 4) });
    p += 12;
  }
  return out;
}

/** Rows of W4: tags list<text>, attrs map<text, int>, vals list<double>. */
export function decodeItem(b: NativeBuffer, v: DataView, start: number): unknown {
  let p = start;
  let n = v.getInt32(p + 4);
  p += 8;
  const tags: string[] = [];
  while (n-- > 0) {
    const length = v.getInt32(p);
    tags.push(b.utf8Slice((p += 4), (p += length)));
  }
  n = v.getInt32(p + 4);
  p += 8;
  const attrs = new Map<string, number>();
  while (n-- > 0) {
    const length = v.getInt32(p);
    attrs.set(b.utf8Slice((p += 4), (p += length)), v.getInt32(p + 4));
    p += 8;
  }
  n = v.getInt32(p + 4);
  p += 8;
  const vals: number[] = [];
  while (n-- > 0) {
    vals.push(v.getFloat64(p + 4));
    p += 12;
  }
  return { tags, attrs, vals };
}
