import { crc32 as zlibCrc32 } from 'node:zlib';

/** CRC24 of a v5 frame header (Koopman's 0x1974F0B, initial value 0x875060), over the bytes in the order they are sent. */
export function crc24(bytes: Uint8Array): number {
  let crc = 0x875060;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit++) {
      crc <<= 1;
      if ((crc & 0x1000000) !== 0) crc ^= 0x1974f0b;
    }
  }
  return crc;
}

/** Cassandra starts the payload's CRC32 with these four bytes, so that a run of zeros has no zero checksum. */
const crc32Prefix = zlibCrc32(Buffer.from([0xfa, 0x2d, 0x55, 0xca]));

export function crc32(bytes: Uint8Array): number {
  return zlibCrc32(bytes, crc32Prefix);
}
