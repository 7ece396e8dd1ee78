import type { ConnectionPool } from '../cluster/index.ts';
import type { Connection, RequestHandler } from '../connection/index.ts';
import { thrownMessage } from '../diagnostics/index.ts';
import type { ConnectionError } from '../errors/index.ts';
import { type ByteReader, type ByteWriter, EnvelopeFlag, type ProtocolVersion } from '../protocol/index.ts';
import type { LiveAttempt, LiveRequest } from './request-contract.ts';
import type { ResultMetadata } from './result-metadata.ts';

/** One sending of a request to one node. */
export class Attempt implements RequestHandler, LiveAttempt {
  readonly request: LiveRequest;
  readonly pool: ConnectionPool;
  readonly connection: Connection;
  readonly timeoutMs: number;
  readonly opcode: number;
  readonly envelopeFlags: number;
  streamId = -1;
  /** When it was sent; kept only for a policy that wants latencies. */
  sentAtMs = 0;
  isWaiting = false;
  sentMetadata: ResultMetadata | undefined = undefined;

  constructor(request: LiveRequest, pool: ConnectionPool, connection: Connection, timeoutMs: number) {
    this.request = request;
    this.pool = pool;
    this.connection = connection;
    this.timeoutMs = timeoutMs;
    this.opcode = request.statement.opcode;
    const { settings } = request;
    this.envelopeFlags =
      (settings.trace ? EnvelopeFlag.TRACING : 0) |
      (settings.customPayload === undefined ? 0 : EnvelopeFlag.CUSTOM_PAYLOAD);
  }

  /** @returns false when the connection has no room after all, or another request is being encoded. */
  send(): boolean {
    const { core } = this.request;
    if (core.isEncoding) {
      core.sendLater();
      return false;
    }
    const id = this.connection.send(this, this.timeoutMs);
    if (id < 0) return false;
    this.streamId = id;
    if (this.request.settings.speculativeExecutionPolicy?.onLatency !== undefined)
      this.sentAtMs = core.parts.seams.timers.now();
    this.isWaiting = true;
    this.pool.node.inFlight++;
    core.inFlight++;
    return true;
  }

  startedAt(): number {
    const deadline = this.connection.deadlineOf(this.streamId);
    const wasWritten = deadline > 0 && deadline < Infinity;
    return wasWritten ? deadline - this.timeoutMs : this.request.core.parts.seams.timers.now();
  }

  cancel(): boolean {
    this.#leave();
    return this.connection.cancel(this.streamId, this);
  }

  lose(): void {
    if (this.sentAtMs > 0) this.#tellLatency();
    this.cancel();
  }

  encode(writer: ByteWriter, version: ProtocolVersion): void {
    const { core, settings, statement } = this.request;
    const { customPayload } = settings;
    core.isEncoding = true;
    try {
      if (customPayload !== undefined) customPayload.write(writer, this.request);
      statement.encode(writer, version, this);
    } finally {
      core.isEncoding = false;
    }
  }

  onResponse(opcode: number, flags: number, reader: ByteReader, owned: boolean): void {
    this.#leave();
    if (this.sentAtMs > 0) this.#tellLatency();
    this.request.onResponse(this, opcode, flags, reader, owned);
  }

  onConnectionLost(error: ConnectionError, wasWritten: boolean): void {
    this.#leave();
    this.request.onAttemptLost(this, error, wasWritten);
  }

  onAttemptTimeout(): void {
    this.#leave();
    this.pool.node.timedOut(this.startedAt());
    if (this.sentAtMs > 0) this.#tellLatency();
    this.request.onAttemptTimeout(this);
  }

  /** What a policy throws while it is merely told something harms nobody. */
  #tellLatency(): void {
    const { settings, core } = this.request;
    const { timers } = core.parts.seams;
    try {
      settings.speculativeExecutionPolicy?.onLatency?.(this.pool.node.info, timers.now() - this.sentAtMs);
    } catch (error) {
      core.parts.logger.error?.({ error: thrownMessage(error) }, 'The method onLatency of a policy threw; check it');
    }
  }

  #leave(): void {
    this.isWaiting = false;
    this.pool.node.inFlight--;
    const { core } = this.request;
    core.inFlight--;
    if (core.queue.size > 0) core.queue.wake();
  }
}
