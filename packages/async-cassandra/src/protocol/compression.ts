import type { BlockCompressor } from './block-compressor.ts';
import { Lz4Compressor } from './lz4-compressor.ts';
import { SnappyCompressor } from './snappy-compressor.ts';

/** The algorithms of the COMPRESSION option; Snappy exists on v4 only. */
export type CompressionAlgorithm = 'lz4' | 'snappy';

/** What a connection compresses with. */
export type Compression = 'none' | CompressionAlgorithm;

/** A compressor of its own, with its own tables, for one connection. */
export function createCompressor(algorithm: CompressionAlgorithm): BlockCompressor {
  return algorithm === 'lz4' ? new Lz4Compressor() : new SnappyCompressor();
}
