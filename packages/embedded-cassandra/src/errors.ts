/** What went wrong, as a stable name to branch on. */
export type EmbeddedCassandraErrorCode =
  | 'INVALID_OPTION'
  | 'UNKNOWN_VERSION'
  | 'NO_JAVA'
  | 'WRONG_JAVA'
  | 'NO_SOURCE'
  | 'FETCH_FAILED'
  | 'CORRUPT_DOWNLOAD'
  | 'CACHE_UNUSABLE'
  | 'PORT_TAKEN'
  | 'NODE_DIED'
  | 'START_TIMEOUT'
  | 'COMMAND_FAILED'
  | 'WRONG_STATE'
  | 'UNSUPPORTED_PLATFORM'
  | 'ABORTED';

/** What an error can be given besides its code and message. */
export interface EmbeddedCassandraErrorOptions {
  readonly cause?: unknown;
  /** The end of the log of the node or tool that failed. */
  readonly logTail?: readonly string[];
}

/** The one error class of this package. The message says what to do; `code` says what happened. */
export class EmbeddedCassandraError extends Error {
  override readonly name = 'EmbeddedCassandraError';
  readonly code: EmbeddedCassandraErrorCode;
  readonly #logTail: readonly string[];

  constructor(code: EmbeddedCassandraErrorCode, message: string, options: EmbeddedCassandraErrorOptions = {}) {
    const { cause, logTail = [] } = options;
    super(
      logTail.length === 0
        ? message
        : `${message}\nLast lines of its log:\n${logTail.map((line) => `  ${line}`).join('\n')}`,
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
    this.#logTail = logTail;
  }

  /** The last lines of the log of the node or tool that failed, which are in the message too; else empty. */
  get logTail(): readonly string[] {
    return this.#logTail;
  }
}
