export { ByteReader } from './byte-reader.ts';
export { ByteWriter } from './byte-writer.ts';
export { formatInetAddress } from './inet.ts';
export { decodeUtf8, encodeUtf8 } from './text.ts';
export { formatUuid, parseUuid } from './uuid.ts';
