import { createHash } from 'node:crypto';
import { tokenOf } from '../../metadata/index.ts';
import type { ByteReader, ColumnSpec } from '../../protocol/index.ts';
import { DIGEST_BYTES } from './delivered-rows.ts';

/** Names of the columns that tell rows apart. */
export interface RowKeyColumns {
  readonly partitionKey: readonly string[];
  readonly clusteringKey: readonly string[];
}

const NO_BYTES = Buffer.alloc(0);

/** Reads the primary keys of rows where they lie, without decoding them: codecs may be the user's own. */
export class RowKeys {
  readonly #columnCount: number;
  /** By column: its place in the primary key, or -1. */
  readonly #places: Int32Array;
  readonly #partitionSize: number;
  /** Cells of the primary key at hand; null: none. */
  readonly #cells: (Buffer | null)[];

  constructor(columns: readonly ColumnSpec[], { partitionKey, clusteringKey }: RowKeyColumns) {
    const key = [...partitionKey, ...clusteringKey];
    this.#columnCount = columns.length;
    this.#places = Int32Array.from(columns, ({ name }) => key.indexOf(name));
    this.#partitionSize = partitionKey.length;
    this.#cells = key.map(() => null);
  }

  /** Goes over one row, whose key is then at hand. @throws ProtocolError when the bytes end before it */
  read(r: ByteReader): void {
    for (let column = 0; column < this.#columnCount; column++) {
      const length = r.readInt();
      const place = this.#places[column] as number;
      if (place >= 0) this.#cells[place] = length < 0 ? null : r.buf.subarray(r.pos, r.pos + length);
      if (length > 0) r.skip(length);
    }
  }

  /** Token of the row at hand. */
  get token(): bigint {
    return tokenOf(this.#cells.slice(0, this.#partitionSize).map((cell) => cell ?? NO_BYTES));
  }

  /** Hash of its primary key. The row of a partition that has only static columns has no clustering key. */
  get digest(): string {
    const hash = createHash('sha256');
    const length = Buffer.alloc(4);
    for (const cell of this.#cells) {
      length.writeInt32BE(cell === null ? -1 : cell.length);
      hash.update(length);
      if (cell !== null) hash.update(cell);
    }
    return hash.digest().toString('base64url', 0, DIGEST_BYTES);
  }
}
