import * as zlib from 'node:zlib';

/** CRC-32 of the bytes FA 2D 55 CA, which Cassandra puts in front of every payload. */
const INITIAL = 0x4477_7ed3;
/** From this length on the native CRC-32 wins over the tables (measured, bench/micro/framing.ts). */
const NATIVE_FROM_BYTES = 320;

/** Absent in runtimes that are older than Node 20.15. */
const nativeCrc32: ((data: Uint8Array, value: number) => number) | undefined = zlib.crc32;

const tables: Int32Array = buildTables();

/** Eight tables in one array, so that eight bytes are taken in one step ("slicing by 8"). */
function buildTables(): Int32Array {
  const entries = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    entries[byte] = crc;
  }
  for (let i = 256; i < entries.length; i++) {
    const previous = entries[i - 256] as number;
    entries[i] = (previous >>> 8) ^ (entries[previous & 0xff] as number);
  }
  return entries;
}

/** The checksum of a frame's payload [start, end) (v5 specification, section 2.1), unsigned. `view` covers the bytes of `buf`. */
export function crc32(buf: Buffer, view: DataView, start: number, end: number): number {
  if (end - start >= NATIVE_FROM_BYTES && nativeCrc32 !== undefined)
    return nativeCrc32(buf.subarray(start, end), INITIAL);
  return crc32ByTable(buf, view, start, end);
}

/** @internal The part in TypeScript, for short payloads and for runtimes without a native CRC-32. */
export function crc32ByTable(buf: Buffer, view: DataView, start: number, end: number): number {
  let crc = ~INITIAL;
  let i = start;
  for (; i + 8 <= end; i += 8) {
    const a = crc ^ view.getInt32(i, true);
    const b = view.getInt32(i + 4, true);
    crc =
      (tables[1792 + (a & 0xff)] as number) ^
      (tables[1536 + ((a >>> 8) & 0xff)] as number) ^
      (tables[1280 + ((a >>> 16) & 0xff)] as number) ^
      (tables[1024 + (a >>> 24)] as number) ^
      (tables[768 + (b & 0xff)] as number) ^
      (tables[512 + ((b >>> 8) & 0xff)] as number) ^
      (tables[256 + ((b >>> 16) & 0xff)] as number) ^
      (tables[b >>> 24] as number);
  }
  for (; i < end; i++) {
    crc = (crc >>> 8) ^ (tables[(crc ^ (buf[i] as number)) & 0xff] as number);
  }
  return ~crc >>> 0;
}
