import type { AsyncCassandraError } from '../errors/index.ts';

/** A node as trackers see it. The object is replaced when something about the node changes. */
export interface TrackedNode {
  /** The node's identity, kept when its address changes. Lower-case uuid. */
  readonly hostId: string;
  readonly address: string;
  readonly port: number;
  /** Address and port as one text: `10.0.0.1:9042`, `[::1]:9042`. */
  readonly endPoint: string;
  readonly dataCenter: string;
  readonly rack: string;
  /** A small integer that stays the same while the node is known: an index for arrays by node. */
  readonly slot: number;
}

/**
 * What the driver knows of a statement's text. One object for each text as long as the text is cached, a new one for
 * each batch: a key for a WeakMap of what a tracker derives of the text.
 */
export interface TrackedStatement {
  /** `other`: not understood, treated as a write. */
  readonly kind: 'read' | 'write' | 'schema' | 'use' | 'other';
  /** The first keyword, in upper case (`SELECT`), `BATCH`, `PREPARE`, or `UNKNOWN`. */
  readonly operation: string;
  /** A lightweight transaction. */
  readonly isConditional: boolean;
  readonly isCounter: boolean;
  /** As named in the text; undefined when it is not. */
  readonly keyspace: string | undefined;
  /** The first table that the text names. */
  readonly table: string | undefined;
}

/** One sending of a request to one node. */
export interface TrackedAttempt {
  /** For the tracker to keep what it likes; each tracker has its own. */
  observed: unknown;
  readonly node: TrackedNode;
  /** 1 for the first one of its request. */
  readonly number: number;
  /** Sent besides another attempt that was slow to be answered. */
  readonly isSpeculative: boolean;
  /** On the clock of `performance.now()`. */
  readonly startedAtMs: number;
  /**
   * `answered`: with a result. `failed`: the error tells how. `abandoned`: given up, because another attempt was answered
   * first or the request has ended. Before its end `running`.
   */
  readonly ending: 'running' | 'answered' | 'failed' | 'abandoned';
}

/** A result that is read page by page, or a table that is scanned. */
export interface TrackedStream {
  /** For the tracker to keep what it likes; each tracker has its own. */
  observed: unknown;
  readonly kind: 'stream' | 'scan';
  /** The statement's text with its markers, never the values bound to them; undefined for scans, whose requests have one each. */
  readonly cql: string | undefined;
  /** The keyspace that names in the statement are of. */
  readonly keyspace: string | undefined;
  /** Undefined for a stream until its statement is known to be one. */
  readonly table: string | undefined;
  /** On the clock of `performance.now()`. */
  readonly startedAtMs: number;
  /** Pages that the consumer has reached. */
  readonly pages: number;
  /** Rows of these pages. */
  readonly rows: number;
  /**
   * `completed`: read to its end. `cancelled`: by `break`, `cancel()`, `await using` or the close of its session. `failed`: the error tells how.
   * `forgotten`: collected without having ended. Before its end `open`.
   */
  readonly ending: 'open' | 'completed' | 'cancelled' | 'failed' | 'forgotten';
}

/**
 * One request as trackers see it: a live view, to be read while a tracker is being called. Every page of a result and
 * every preparation is a request of its own. It never shows a bound value.
 */
export interface TrackedRequest {
  /** For the tracker to keep what it likes; each tracker has its own. */
  observed: unknown;
  /** `page`: it continues a result from a paging state. */
  readonly type: 'query' | 'page' | 'batch' | 'prepare';
  /** The statement was prepared and is executed by its id. */
  readonly isPrepared: boolean;
  /** The text with its markers; for a batch its type and size. It holds the literals that the caller has written into it. */
  readonly cql: string;
  readonly statement: TrackedStatement;
  /** The keyspace that names in the statement are of. */
  readonly keyspace: string | undefined;
  readonly consistency: string;
  readonly serialConsistency: string;
  readonly isIdempotent: boolean;
  readonly fetchSize: number;
  /** Values bound, in a batch those of all its statements. */
  readonly parameterCount: number;
  /** Statements of a batch; undefined when it is none. */
  readonly batchSize: number | undefined;
  /** The stream or scan that it fetches a page for. */
  readonly stream: TrackedStream | undefined;
  /** When the caller asked for it, on the clock of `performance.now()`. */
  readonly startedAtMs: number;
  /**
   * Milliseconds since then; in `onEnd` how long the request took, the same for all trackers. Of a request that was answered
   * at the first attempt it is the time until its reply was read from the socket: decoding it is not in it.
   */
  readonly elapsedMs: number;
  /** How long it has waited for a connection with room; 0 when it did not. */
  readonly queueDelayMs: number;
  /** How often it was sent, speculative executions included. */
  readonly attemptCount: number;
  readonly speculativeExecutions: number;
  /** The node it was last sent to; at the end of a request with a result, the node that answered. */
  readonly coordinator: TrackedNode | undefined;
  /** In `onEnd`: rows of the page that came; undefined when the answer has none. */
  readonly rows: number | undefined;
  /** In `onEnd`: the id of the server's trace, when the request was traced. */
  readonly traceId: string | undefined;
  /**
   * In `onStart`: sends an entry in the custom payload of every attempt, in place of any other of this name. A page that
   * follows has it too, unless its own `onStart` gives another one.
   */
  setPayload(name: string, bytes: Uint8Array): void;
}

/** What follows from the failure of an attempt. */
export interface TrackedRetry {
  readonly decision: 'retrySame' | 'retryNext' | 'ignore';
  /** What the attempt failed with. */
  readonly error: AsyncCassandraError;
  /** The node that it failed on. */
  readonly node: TrackedNode;
}

/**
 * Follows the requests of a session: metrics, traces and logs are made of these calls. They are made synchronously, so a
 * tracker must be quick: it delays the request it is told about. What it throws is caught and logged, and harms no request.
 * For each request `onStart` is called once, and then `onEnd` once, however the request ends; for each stream and scan
 * `onStreamStart` and `onStreamEnd`. All methods but the first two may be absent.
 */
export interface RequestTracker {
  /** A request begins, in the asynchronous context of its caller. */
  onStart(request: TrackedRequest): void;
  /** It ends: with a result (null), or with the error that its promise rejects with. */
  onEnd(request: TrackedRequest, error: AsyncCassandraError | null): void;
  /** It was handed to a connection. */
  onAttemptStart?(request: TrackedRequest, attempt: TrackedAttempt): void;
  /** Called once for each attempt, before `onEnd` of its request; `error` only when its `ending` is `failed`. */
  onAttemptEnd?(request: TrackedRequest, attempt: TrackedAttempt, error: AsyncCassandraError | null): void;
  /** A failed attempt does not end its request: it is sent again, or the error is ignored. */
  onRetry?(request: TrackedRequest, retry: TrackedRetry): void;
  /** A stream or scan begins, in the asynchronous context of its caller. */
  onStreamStart?(stream: TrackedStream): void;
  /** It ends; `error` only when its `ending` is `failed`. */
  onStreamEnd?(stream: TrackedStream, error: AsyncCassandraError | null): void;
}
