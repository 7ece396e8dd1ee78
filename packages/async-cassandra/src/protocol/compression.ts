import type { BlockCompressor } from './block-compressor.ts';
import { Lz4Compressor } from './lz4-compressor.ts';
import { SnappyCompressor } from './snappy-compressor.ts';

/** What a connection compresses with; Snappy exists on v4 only. */
export type Compression = 'none' | 'lz4' | 'snappy';

/** The algorithms of the COMPRESSION option. */
export type CompressionAlgorithm = Exclude<Compression, 'none'>;

/** A compressor of its own, with its own tables, for one connection. */
export function createCompressor(algorithm: CompressionAlgorithm): BlockCompressor {
  return algorithm === 'lz4' ? new Lz4Compressor() : new SnappyCompressor();
}
