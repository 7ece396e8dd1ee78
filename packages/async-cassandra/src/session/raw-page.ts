import type { Row } from '../codecs/index.ts';
import { ConfigurationError } from '../errors/index.ts';
import { ByteReader, readResultKind, ResultKind } from '../protocol/index.ts';
import type { ResultMetadata } from './result-metadata.ts';
import type { LiveRequest, ResultReceiver } from './request-contract.ts';

/** One page of rows as it came, in memory of its own, decoded as far as somebody asks. */
export class RawPage {
  readonly request: LiveRequest;
  readonly metadata: ResultMetadata | null;
  readonly rowCount: number;
  readonly pagingState: Buffer | undefined;
  readonly #reader: ByteReader;
  /** Whether nobody else reads the bytes. */
  readonly #isAlone: boolean;
  #decoded = 0;

  private constructor(
    request: LiveRequest,
    metadata: ResultMetadata | null,
    rowCount: number,
    pagingState: Buffer | undefined,
    reader: ByteReader,
    isAlone: boolean,
  ) {
    this.request = request;
    this.metadata = metadata;
    this.rowCount = rowCount;
    this.pagingState = pagingState;
    this.#reader = reader;
    this.#isAlone = isAlone;
  }

  static of(
    request: LiveRequest,
    metadata: ResultMetadata,
    rowCount: number,
    pagingState: Buffer | undefined,
    reader: ByteReader,
    owned: boolean,
  ): RawPage {
    return new RawPage(request, metadata, rowCount, pagingState, reader.keep(owned), true);
  }

  /** A page whose bytes, at which `bytes` stands, its maker reads as well, also when all rows are decoded; and disposes of. */
  static over(
    request: LiveRequest,
    metadata: ResultMetadata,
    rowCount: number,
    pagingState: Buffer | undefined,
    bytes: ByteReader,
  ): RawPage {
    return new RawPage(request, metadata, rowCount, pagingState, bytes.keep(true), false);
  }

  static empty(request: LiveRequest): RawPage {
    return new RawPage(request, null, 0, undefined, new ByteReader(), true);
  }

  get remainingRows(): number {
    return this.rowCount - this.#decoded;
  }

  /** Bytes of the rows that are not decoded yet. */
  get remainingBytes(): number {
    return this.#reader.end - this.#reader.pos;
  }

  /** How many of the rows that are not decoded yet lie within so many bytes, by their average; at least one. */
  rowsWithin(bytes: number): number {
    const remainingBytes = this.#reader.end - this.#reader.pos;
    if (remainingBytes <= bytes) return this.remainingRows;
    return Math.max(1, Math.floor((bytes / remainingBytes) * this.remainingRows));
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
    if (this.#isAlone && this.remainingRows === 0) this.#reader.dispose();
  }
}

/** Keeps pages undecoded, for a stream to decode as it is read. */
export const rawPageReceiver: ResultReceiver = {
  receive(request, attempt, reader, owned): void {
    const kind = readResultKind(reader);
    if (kind === ResultKind.VOID) {
      request.resolve(RawPage.empty(request));
      return;
    }
    if (kind !== ResultKind.ROWS) {
      request.fail(
        new ConfigurationError('query', 'Only statements that return rows can be streamed; use execute() for others'),
        'unknown',
      );
      return;
    }
    const { core, statement } = request;
    const last = statement.lastMetadata;
    const metadata = core.rowsHead.read(reader, core.protocolVersion, attempt.sentMetadata, last, core.registry);
    if (metadata !== last && metadata !== attempt.sentMetadata) statement.learn(metadata);
    request.resolve(RawPage.of(request, metadata, core.rowsHead.rowCount, core.rowsHead.pagingState, reader, owned));
  },
  empty: (request) => RawPage.empty(request),
  rowsOf: (result) => (result as RawPage).rowCount,
};
