import { HEADER_BYTES } from './raw-bytes.ts';
import { touch } from './contestant.ts';

/** Buffer's own methods without their checks: what a driver can use at best. */
interface NativeBuffer extends Buffer {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
}

const HEX = Buffer.from('0123456789abcdef');
const DIGITS_AT = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;
const uuidText = Buffer.alloc(36, '-') as NativeBuffer;
/** Header, kind, flags, column count, row count: there is no metadata. */
const FIRST_ROW_AT = HEADER_BYTES + 16;

function uuid(view: DataView, at: number): string {
  for (let i = 0; i < 16; i++) {
    const byte = view.getUint8(at + i);
    const digit = DIGITS_AT[i] ?? 0;
    uuidText[digit] = HEX[byte >> 4] ?? 0;
    uuidText[digit + 1] = HEX[byte & 15] ?? 0;
  }
  return uuidText.latin1Slice(0, 36);
}

function timestamp(view: DataView, at: number): Date {
  return new Date(view.getInt32(at) * 4_294_967_296 + view.getUint32(at + 4));
}

/** Reads the row of W1 by code written for its columns. */
export function decodeUser(buffer: Buffer, view: DataView, start: number): object {
  const bytes = buffer as NativeBuffer;
  let at = start + FIRST_ROW_AT;
  const id = uuid(view, at + 4);
  at += 20;
  let length = view.getInt32(at);
  const name = bytes.utf8Slice(at + 4, (at += 4 + length));
  length = view.getInt32(at);
  const email = bytes.utf8Slice(at + 4, (at += 4 + length));
  const row = { id, name, email, age: view.getInt32(at + 4), created: timestamp(view, at + 12) };
  touch(row.id);
  touch(row.name);
  touch(row.email);
  touch(row.age);
  touch(row.created);
  return row;
}

/** Reads the row of W4. */
export function decodeItem(buffer: Buffer, view: DataView, start: number): object {
  const bytes = buffer as NativeBuffer;
  let at = start + FIRST_ROW_AT;
  const tags: string[] = [];
  let left = view.getInt32(at + 4);
  for (at += 8; left > 0; left--) {
    const length = view.getInt32(at);
    tags.push(bytes.utf8Slice(at + 4, (at += 4 + length)));
  }
  const attrs = new Map<string, number>();
  left = view.getInt32(at + 4);
  for (at += 8; left > 0; left--) {
    const length = view.getInt32(at);
    attrs.set(bytes.utf8Slice(at + 4, (at += 4 + length)), view.getInt32(at + 4));
    at += 8;
  }
  const vals: number[] = [];
  left = view.getInt32(at + 4);
  for (at += 8; left > 0; left--, at += 12) vals.push(view.getFloat64(at + 4));
  const row = { tags, attrs, vals };
  touch(row.tags);
  touch(row.attrs);
  touch(row.vals);
  return row;
}

/** Reads a page of W3. @returns the paging state of the next one */
export function decodeEvents(buffer: Buffer, view: DataView, start: number): Buffer | undefined {
  const bytes = buffer as NativeBuffer;
  let at = start + HEADER_BYTES + 12;
  let next: Buffer | undefined;
  if ((view.getInt32(start + HEADER_BYTES + 4) & 2) !== 0) {
    const length = view.getInt32(at);
    next = Buffer.from(buffer.subarray(at + 4, (at += 4 + length)));
  }
  const count = view.getInt32(at);
  at += 4;
  const rows: Record<'pk' | 'ck' | 'seq' | 'score' | 'payload' | 'flag' | 'at', unknown>[] = [];
  for (let i = 0; i < count; i++) {
    const pk = uuid(view, at + 4);
    const ck = uuid(view, at + 24);
    at += 40;
    at = eventCells(bytes, view, at, pk, ck, rows);
  }
  for (const row of rows) {
    touch(row.pk);
    touch(row.ck);
    touch(row.seq);
    touch(row.score);
    touch(row.payload);
    touch(row.flag);
    touch(row.at);
  }
  return next;
}

/** The stub has the columns in this order; a real Cassandra has those after the key by name: at, flag, payload, score, seq. */
function eventCells(
  bytes: NativeBuffer,
  view: DataView,
  start: number,
  pk: string,
  ck: string,
  rows: Record<'pk' | 'ck' | 'seq' | 'score' | 'payload' | 'flag' | 'at', unknown>[],
): number {
  let at = start;
  if (view.getInt32(at + 12) === 8) {
    const seq = view.getBigInt64(at + 4);
    const score = view.getFloat64(at + 16);
    at += 24;
    const length = view.getInt32(at);
    const payload = bytes.utf8Slice(at + 4, (at += 4 + length));
    const flag = bytes[at + 4] !== 0;
    at += 5;
    rows.push({ pk, ck, seq, score, payload, flag, at: timestamp(view, at + 4) });
    return at + 12;
  }
  const when = timestamp(view, at + 4);
  const flag = bytes[at + 16] !== 0;
  at += 17;
  const length = view.getInt32(at);
  const payload = bytes.utf8Slice(at + 4, (at += 4 + length));
  const score = view.getFloat64(at + 4);
  rows.push({ pk, ck, seq: view.getBigInt64(at + 16), score, payload, flag, at: when });
  return at + 24;
}
