import { loadVectors } from './load-vectors.ts';

interface BlockVector {
  readonly name: string;
  /** Hexadecimal pieces, and runs of one byte. */
  readonly plain: readonly (string | { readonly byte: number; readonly times: number })[];
  readonly block: string;
}

export interface CompressedBlock {
  readonly name: string;
  readonly plain: Buffer;
  readonly block: Buffer;
}

/** The blocks of `lz4-blocks.json` or `snappy-blocks.json`. */
export function loadBlocks(name: string): CompressedBlock[] {
  return loadVectors<{ blocks: BlockVector[] }>(name).blocks.map(({ name, plain, block }) => ({
    name,
    plain: Buffer.concat(
      plain.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : Buffer.alloc(part.times, part.byte))),
    ),
    block: Buffer.from(block, 'hex'),
  }));
}
