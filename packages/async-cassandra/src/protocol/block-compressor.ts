/** Compresses blocks of bytes. An instance keeps its hash table from block to block, so it serves one caller at a time. */
export interface BlockCompressor {
  readonly name: 'lz4' | 'snappy';
  /** The most bytes that `length` bytes of input can become. */
  maxCompressedLength(length: number): number;
  /**
   * Compresses [start, end) of `source` into `target` from `at` on, where there must be room for `maxCompressedLength`.
   * `view` covers the bytes of `source`.
   *
   * @returns where the output ends.
   */
  compress(source: Buffer, view: DataView, start: number, end: number, target: Buffer, at: number): number;
}
