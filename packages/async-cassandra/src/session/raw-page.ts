import type { Row } from '../codecs/index.ts';
import { ByteReader } from '../protocol/index.ts';
import type { Request } from './request.ts';
import type { ResultMetadata } from './result-metadata.ts';

/** A reader of its own over bytes that stay. */
export function keepReader(reader: ByteReader, owned: boolean): ByteReader {
  if (owned) return new ByteReader().reset(reader.buf, reader.view, reader.pos, reader.end);
  return ByteReader.of(Uint8Array.prototype.slice.call(reader.buf, reader.pos, reader.end));
}

/** One page of rows as it came, in memory of its own, decoded as far as somebody asks. */
export class RawPage {
  readonly request: Request;
  readonly metadata: ResultMetadata | null;
  readonly rowCount: number;
  readonly pagingState: Buffer | undefined;
  readonly #reader: ByteReader;
  #decoded = 0;

  private constructor(request: Request, metadata: ResultMetadata | null, rowCount: number, pagingState: Buffer | undefined, reader: ByteReader) {
    this.request = request;
    this.metadata = metadata;
    this.rowCount = rowCount;
    this.pagingState = pagingState;
    this.#reader = reader;
  }

  static of(request: Request, metadata: ResultMetadata, rowCount: number, pagingState: Buffer | undefined, reader: ByteReader, owned: boolean): RawPage {
    return new RawPage(request, metadata, rowCount, pagingState, keepReader(reader, owned));
  }

  static empty(request: Request): RawPage {
    return new RawPage(request, null, 0, undefined, new ByteReader());
  }

  get remainingRows(): number {
    return this.rowCount - this.#decoded;
  }

  /** Bytes of the rows that are not decoded yet. */
  get remainingBytes(): number {
    return this.#reader.end - this.#reader.pos;
  }

  /**
   * Decodes up to `count` further rows and appends them.
   * @throws ProtocolError, having closed the connection that the page came from; InvalidValueError
   */
  decodeInto(rows: Row[], count: number): void {
    const take = Math.min(count, this.remainingRows);
    if (take === 0 || this.metadata === null) return;
    try {
      this.metadata.decoder.decode(this.#reader, take, rows);
    } catch (error) {
      this.#decoded = this.rowCount;
      this.request.failOnRows(error);
      throw error;
    }
    this.#decoded += take;
  }
}
