import { type CodecRegistry, compileRowDecoder, type RowDecoder } from '../codecs/index.ts';
import { ProtocolError } from '../errors/index.ts';
import {
  type ByteReader,
  type ColumnSpec,
  type ProtocolVersion,
  readColumnSpecs,
  RowsFlag,
} from '../protocol/index.ts';

/** What the rows of a result look like, and the decoder made for them. Immutable: a change makes a new one. */
export class ResultMetadata {
  readonly columns: readonly ColumnSpec[];
  /** The server's id of it (v5). */
  readonly id: Buffer | undefined;
  /** The column specifications as they came, to recognise them when they come again. */
  readonly bytes: Buffer;
  /** The same, four bytes in each; what is left over is not in it. */
  readonly words: Int32Array;
  readonly hasGlobalSpec: boolean;
  readonly #registry: CodecRegistry;
  #decoder: RowDecoder | null = null;
  #generation = -1;

  constructor(
    columns: readonly ColumnSpec[],
    id: Buffer | undefined,
    bytes: Buffer,
    hasGlobalSpec: boolean,
    registry: CodecRegistry,
  ) {
    this.columns = columns;
    this.id = id;
    this.bytes = bytes;
    this.words = Int32Array.from({ length: bytes.length >> 2 }, (_, i) => bytes.readInt32BE(i * 4));
    this.hasGlobalSpec = hasGlobalSpec;
    this.#registry = registry;
  }

  /** Compiled at first use, and again when a class was registered for a user-defined type. */
  get decoder(): RowDecoder {
    if (this.#decoder === null || this.#generation !== this.#registry.generation) {
      this.#generation = this.#registry.generation;
      this.#decoder = compileRowDecoder(this.columns, this.#registry);
    }
    return this.#decoder;
  }
}

const NO_BYTES = Buffer.alloc(0);

/** Metadata known from PREPARE, for answers that leave it out (v5). */
export function preparedMetadata(
  columns: readonly ColumnSpec[],
  id: Buffer | undefined,
  registry: CodecRegistry,
): ResultMetadata {
  return new ResultMetadata(columns, id, NO_BYTES, false, registry);
}

/** Below this a loop is faster than a call into native code. */
const SHORT_COMPARE_BYTES = 96;

function comesAgain(r: ByteReader, known: ResultMetadata, columnCount: number, hasGlobalSpec: boolean): boolean {
  const { bytes } = known;
  const { length } = bytes;
  if (
    length === 0 ||
    known.columns.length !== columnCount ||
    known.hasGlobalSpec !== hasGlobalSpec ||
    r.pos + length > r.end
  )
    return false;
  const { buf, view, pos } = r;
  if (length > SHORT_COMPARE_BYTES) return bytes.compare(buf, pos, pos + length) === 0;
  const { words } = known;
  let i = 0;
  for (let word = 0; word < words.length; word++, i += 4) if (words[word] !== view.getInt32(pos + i)) return false;
  for (; i < length; i++) if (bytes[i] !== buf[pos + i]) return false;
  return true;
}

/** The metadata of one answer and where its rows go on; filled in place, one per session. */
export class RowsHead {
  metadata: ResultMetadata | null = null;
  pagingState: Buffer | undefined;
  rowCount = 0;

  /**
   * Reads the head of a Rows result (native protocol v5, section 4.2.5.2); the reader then stands at the first row.
   * @param sent - what the request said it knows; used when the answer leaves the metadata out
   * @param last - what the last answer to the same statement said; reused when it comes again, byte for byte
   */
  read(
    r: ByteReader,
    version: ProtocolVersion,
    sent: ResultMetadata | undefined,
    last: ResultMetadata | undefined,
    registry: CodecRegistry,
  ): ResultMetadata {
    const flags = r.readInt();
    const columnCount = r.readInt();
    this.pagingState = undefined;
    if ((flags & RowsFlag.HAS_MORE_PAGES) !== 0) this.pagingState = requirePagingState(r.readBytes());
    const newId = version === 5 && (flags & RowsFlag.METADATA_CHANGED) !== 0 ? r.readShortBytes() : undefined;
    const metadata =
      (flags & RowsFlag.NO_METADATA) !== 0
        ? requireKnown(sent, columnCount)
        : this.#readSpecs(r, flags, columnCount, newId, last, registry);
    this.metadata = metadata;
    this.rowCount = r.readInt();
    // A row takes at least the length of each cell: a count that cannot be true is refused before anything is made for it.
    if (this.rowCount < 0 || this.rowCount * Math.max(1, columnCount * 4) > r.end - r.pos) {
      throw new ProtocolError(
        `The server announced ${this.rowCount} rows of ${columnCount} columns in ${r.end - r.pos} bytes; check what stands between driver and server`,
      );
    }
    return metadata;
  }

  #readSpecs(
    r: ByteReader,
    flags: number,
    columnCount: number,
    newId: Buffer | undefined,
    last: ResultMetadata | undefined,
    registry: CodecRegistry,
  ): ResultMetadata {
    const hasGlobalSpec = (flags & RowsFlag.GLOBAL_TABLES_SPEC) !== 0;
    if (last !== undefined && newId === undefined && comesAgain(r, last, columnCount, hasGlobalSpec)) {
      r.pos += last.bytes.length;
      return last;
    }
    const start = r.pos;
    const columns = readColumnSpecs(r, columnCount, hasGlobalSpec);
    return new ResultMetadata(columns, newId, Buffer.from(r.buf.subarray(start, r.pos)), hasGlobalSpec, registry);
  }
}

function requirePagingState(state: Buffer | null): Buffer {
  if (state === null)
    throw new ProtocolError('The server announced more pages without a paging state; check its version');
  return state;
}

function requireKnown(sent: ResultMetadata | undefined, columnCount: number): ResultMetadata {
  if (sent === undefined || sent.columns.length !== columnCount) {
    throw new ProtocolError('The server left out metadata that it was not told to leave out; check its version');
  }
  return sent;
}
