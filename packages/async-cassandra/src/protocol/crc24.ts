/** Polynomial (P. Koopman's 0x8BA785 in another notation) and start value of the frame header's checksum, as Cassandra's `net.Crc` has them. */
const POLYNOMIAL = 0x1974f0b;
const INITIAL = 0x875060;

const table: Int32Array = buildTable();

function buildTable(): Int32Array {
  const entries = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte << 16;
    for (let bit = 0; bit < 8; bit++) {
      crc <<= 1;
      if ((crc & 0x1000000) !== 0) crc ^= POLYNOMIAL;
    }
    entries[byte] = crc;
  }
  return entries;
}

/** CRC-24 of a frame header's bytes [start, end) (v5 specification, section 2.1). */
export function crc24(bytes: Uint8Array, start: number, end: number): number {
  let crc = INITIAL;
  for (let i = start; i < end; i++) {
    crc = ((crc << 8) & 0xffffff) ^ (table[(crc >>> 16) ^ (bytes[i] as number)] as number);
  }
  return crc;
}
