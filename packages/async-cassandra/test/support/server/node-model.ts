import { createHash } from 'node:crypto';

/** What a node says of itself in `system.local` and the others say of it in `system.peers`. */
export interface NodeModel {
  hostId: string;
  address: string;
  port: number;
  dataCenter: string;
  rack: string;
  releaseVersion: string;
  tokens: readonly string[];
  schemaVersion: string;
  /** False: still in the ring, but peers show null fields as they do for dead or half-joined nodes. */
  complete: boolean;
}

export const DEFAULT_SCHEMA_VERSION = '5c8a0dd6-3f5e-3c4f-9f59-0a4f5d1f2b11';

/** A UUID that depends on the text only, so that runs can be compared. */
export function uuidOf(text: string): string {
  const bytes = createHash('md5').update(text).digest();
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x40;
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** `count` tokens for the `index`-th of `nodes` nodes, spread evenly over the ring and interleaved. */
export function evenTokens(index: number, nodes: number, count: number): string[] {
  const step = 2n ** 64n / BigInt(nodes * count);
  return Array.from({ length: count }, (_, i) => String(-(2n ** 63n) + step * BigInt(i * nodes + index) + 1n));
}
