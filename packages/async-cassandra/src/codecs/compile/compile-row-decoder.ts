import { ProtocolError } from '../../errors/index.ts';
import type { ByteReader, ColumnSpec } from '../../protocol/index.ts';
import type { CodecRegistry } from '../codec-registry.ts';
import { LENGTH_BYTES } from '../composites/cell.ts';
import type { Row } from '../row.ts';
import type { ValueCodec } from '../value-codec.ts';
import { GeneratedRowDecoder } from './generated-row-decoder.ts';
import { InterpretedRowDecoder } from './interpreted-row-decoder.ts';
import type { RowDecoder } from './row-decoder.ts';

/** What making a function costs is earned back by some hundreds of rows (measured). */
const ROWS_WORTH_GENERATING = 256;

/** Decodes the first rows by a loop, and all others by a function generated for the columns, where that is allowed. */
class TieredRowDecoder implements RowDecoder {
  readonly #columns: readonly ColumnSpec[];
  readonly #codecs: readonly ValueCodec[];
  readonly #registry: CodecRegistry;
  #decoder: RowDecoder;
  #rowsLeft: number;

  constructor(columns: readonly ColumnSpec[], registry: CodecRegistry, worthGenerating: number) {
    this.#columns = columns;
    this.#registry = registry;
    this.#codecs = columns.map((column) => registry.codecFor(column.type));
    this.#decoder = new InterpretedRowDecoder(columns, this.#codecs);
    this.#rowsLeft = registry.codeGeneration ? worthGenerating : Number.POSITIVE_INFINITY;
  }

  decode(r: ByteReader, count: number, rows: Row[]): void {
    checkRowCount(r, count, this.#columns.length);
    if (this.#rowsLeft >= 0) this.#count(count);
    this.#decoder.decode(r, count, rows);
  }

  #count(count: number): void {
    this.#rowsLeft -= count;
    if (this.#rowsLeft >= 0) return;
    this.#decoder = new GeneratedRowDecoder(this.#columns, this.#codecs, this.#registry.readText);
  }
}

/**
 * Makes the decoder of rows of these columns. The caller keeps it: each one learns and compiles for itself.
 * @param worthGenerating after this many rows a function is generated for them, where that is allowed
 */
export function compileRowDecoder(
  columns: readonly ColumnSpec[],
  registry: CodecRegistry,
  worthGenerating: number = ROWS_WORTH_GENERATING,
): RowDecoder {
  return new TieredRowDecoder(columns, registry, worthGenerating);
}

/** Every cell has at least its length: a count that cannot be true is refused before anything is made for it. */
function checkRowCount(r: ByteReader, count: number, columnCount: number): void {
  const isPossible = columnCount === 0 ? count === 0 : count >= 0 && count * columnCount * LENGTH_BYTES <= r.remaining;
  if (isPossible) return;
  throw new ProtocolError(
    `The server announced ${count} rows of ${columnCount} columns in ${r.remaining} bytes, check what stands between driver and server`,
  );
}
