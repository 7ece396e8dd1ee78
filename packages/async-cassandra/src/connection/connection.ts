import { AsyncCassandraError, ConnectionError, ProtocolError } from '../errors/index.ts';
import {
  type ByteReader,
  beginEnvelope,
  type CompressionAlgorithm,
  endEnvelope,
  InboundDecoder,
  Opcode,
  type ProtocolVersion,
  readEvent,
  type ServerEvent,
} from '../protocol/index.ts';
import type { ConnectionConfig } from './connection-config.ts';
import { heartbeatRequest } from './heartbeat.ts';
import { InFlightTable, orphanMark, unsentMark } from './in-flight-table.ts';
import type { RequestHandler } from './request-handler.ts';
import type { EndPoint, Transport, TransportHandler } from './seams.ts';
import { WriteBuffer } from './write-buffer.ts';

/** A slab this full is written without waiting for the end of the turn. */
const FLUSH_BYTES = 60 * 1024;

type State = 'connecting' | 'open' | 'retired' | 'closed';

/**
 * One socket to one node: stream ids, the requests in flight and their deadlines, gathered writes, heartbeat.
 * It knows envelopes, not statements. Made by `openConnection`; owned by one pool or by the control connection.
 */
export class Connection implements TransportHandler {
  readonly endPoint: EndPoint;
  /** `host:port` of the end point. */
  readonly node: string;
  readonly protocolVersion: ProtocolVersion;
  /** What the server answered to OPTIONS; empty when it was not asked. */
  supported: ReadonlyMap<string, readonly string[]> = new Map();
  /** The keyspace that `USE` has set on this connection (v4). */
  keyspace: string | undefined;
  /** Requests whose callers wait. */
  inFlight = 0;
  /** Stream ids whose callers are gone, waiting for a late reply. */
  orphaned = 0;
  /** When bytes were last read, on the clock of `Timers.now`. */
  lastReadMs: number;
  bytesReceived = 0;
  /** Told once when the connection takes no more requests: it was lost, retired or closed (error null). */
  onClosed: ((connection: Connection, error: ConnectionError | null) => void) | null = null;
  /** Told when there is room again after `hasCapacity` was false. */
  onAvailable: ((connection: Connection) => void) | null = null;
  onEvent: ((event: ServerEvent) => void) | null = null;

  readonly #config: ConnectionConfig;
  readonly #table: InFlightTable;
  readonly #decoder: InboundDecoder;
  readonly #transport: Transport;
  readonly #writes: WriteBuffer;
  readonly #flushBound: () => void;
  readonly #connected: () => void;
  #pending: number[] = [];
  #unsentCancelled = 0;
  #flushScheduled = false;
  #saturated = false;
  #starved = false;
  #heartbeatPending = false;
  #nextDeadline = Infinity;
  #state: State = 'connecting';
  #socketGone = false;
  #closeListeners: (() => void)[] = [];

  constructor(config: ConnectionConfig, endPoint: EndPoint, connected: () => void) {
    this.#config = config;
    this.endPoint = endPoint;
    this.node = endPoint.host.includes(':')
      ? `[${endPoint.host}]:${endPoint.port}`
      : `${endPoint.host}:${endPoint.port}`;
    this.protocolVersion = config.protocolVersion;
    this.#connected = connected;
    this.#table = new InFlightTable(config.maxRequestsPerConnection + config.maxOrphaned);
    this.#decoder = new InboundDecoder({
      version: config.protocolVersion,
      maxEnvelopeBytes: config.maxEnvelopeBytes,
      compression: config.compression,
      sink: this,
    });
    this.lastReadMs = config.seams.timers.now();
    this.#flushBound = (): void => this.#flush();
    this.#transport = config.seams.sockets.connect(endPoint, config.tls(endPoint), this);
    this.#writes = new WriteBuffer(this.#transport);
    config.ticker.add(this);
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Bytes handed to the socket that have not left yet. */
  get bufferedBytes(): number {
    return this.#transport.bufferedBytes;
  }

  get bytesSent(): number {
    return this.#writes.bytesSent;
  }

  /** Version byte of the last envelope received: what a server answers in its own version. */
  get serverVersion(): number {
    return this.#decoder.lastVersion;
  }

  /** Open, with a free stream id and room in the write buffer. Asking in vain has `onAvailable` called later. */
  get hasCapacity(): boolean {
    if (this.#state === 'open' && !this.#saturated && this.inFlight < this.#config.maxRequestsPerConnection)
      return true;
    this.#starved = true;
    return false;
  }

  /**
   * Encodes a request into the write buffer, which leaves with all others of this turn.
   * @returns the stream id, or -1 when the connection is closed or has no free id.
   * @throws what `handler.encode` throws; nothing is sent then.
   */
  send(handler: RequestHandler, timeoutMs: number): number {
    if (this.#state === 'closed') return -1;
    const id = this.#table.take();
    if (id < 0) {
      this.#starved = true;
      return -1;
    }
    const writer = this.#writes.writer;
    const start = writer.pos;
    try {
      beginEnvelope(writer, this.protocolVersion, handler.envelopeFlags, id, handler.opcode);
      handler.encode(writer, this.protocolVersion);
      endEnvelope(writer, start);
    } catch (error) {
      writer.pos = start;
      this.#table.release(id);
      throw error;
    }
    this.#writes.envelopeDone(start);
    this.#table.handlers[id] = handler;
    this.#table.deadlines[id] = -timeoutMs;
    this.#pending.push(id);
    this.inFlight++;
    if (writer.pos >= FLUSH_BYTES) this.#flush();
    else if (!this.#flushScheduled) {
      this.#flushScheduled = true;
      this.#config.seams.timers.nextTick(this.#flushBound);
    }
    return id;
  }

  /**
   * Lets a request go: its handler hears nothing more.
   * @returns true when it had not been written and now never will be.
   */
  cancel(streamId: number, handler: RequestHandler): boolean {
    if (this.#table.handlers[streamId] !== handler) return false;
    if ((this.#table.deadlines[streamId] as number) < 0) {
      this.#table.handlers[streamId] = unsentMark;
      this.#unsentCancelled++;
      this.inFlight--;
      return true;
    }
    this.#orphan(streamId);
    return false;
  }

  /** The deadline of a request that was written, by its stream id; still there while its handler is being told of the reply. */
  deadlineOf(streamId: number): number {
    return this.#table.deadlines[streamId] as number;
  }

  /** Takes no more requests and closes when the last reply has come; `onClosed` is told at once. */
  retire(error: ConnectionError | null): void {
    if (this.#state !== 'open') return;
    this.#state = 'retired';
    this.#announceClosed(error);
    this.#closeIfDrained();
  }

  /** Closes at once; requests in flight are failed with `error`, or with one made for them. */
  close(error: ConnectionError | null = null): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#config.ticker.remove(this);
    this.#transport.destroy();
    this.#failAll(error ?? new ConnectionError(`Connection to ${this.node} was closed`, { node: this.node }));
    this.#announceClosed(error);
  }

  /** Resolves when the socket is gone. */
  closed(): Promise<void> {
    return this.#socketGone ? Promise.resolve() : new Promise((resolve) => this.#closeListeners.push(resolve));
  }

  /** @internal Handshake: the reply to STARTUP has come, frames follow. */
  enableFraming(): void {
    this.#flush();
    this.#decoder.enableFraming();
    this.#writes.enableFraming();
  }

  /** @internal Handshake: STARTUP has been sent. */
  enableInboundCompression(): void {
    this.#decoder.enableCompression();
  }

  /** @internal Handshake: the server has accepted the compression. */
  enableOutboundCompression(compression: CompressionAlgorithm): void {
    this.#flush();
    this.#writes.enableCompression(compression);
  }

  /** @internal Handshake: requests may come. */
  markOpen(): void {
    if (this.#state === 'connecting') this.#state = 'open';
    this.#scheduleHeartbeat();
  }

  /** @internal */
  onConnect(): void {
    this.#connected();
  }

  /** @internal */
  onData(buf: Buffer, view: DataView, length: number): void {
    if (this.#state === 'closed') return;
    this.lastReadMs = this.#config.seams.timers.now();
    this.bytesReceived += length;
    try {
      this.#decoder.push(buf, view, 0, length);
    } catch (error) {
      this.#failOnBytes(error);
      return;
    }
    if (this.#starved) this.#announceAvailable();
    if (this.#state === 'retired') this.#closeIfDrained();
  }

  /** @internal */
  onEnvelope(streamId: number, opcode: number, flags: number, reader: ByteReader, owned: boolean): void {
    if (this.#state === 'closed') return;
    if (streamId < 0) {
      this.#onServerPush(streamId, opcode, reader);
      return;
    }
    const table = this.#table;
    const handler = streamId < table.capacity ? table.handlers[streamId] : null;
    if (handler === null || handler === undefined || handler === unsentMark) {
      throw new ProtocolError(
        `Node ${this.node} answered on stream ${streamId}, which no request holds; check for a proxy that mixes connections`,
        { node: this.node },
      );
    }
    table.release(streamId);
    if (handler === orphanMark) {
      this.orphaned--;
      return;
    }
    this.inFlight--;
    handler.onResponse(opcode, flags, reader, owned);
  }

  /** @internal */
  onDrain(): void {
    this.#saturated = this.#transport.bufferedBytes > this.#config.maxBufferedWriteBytes;
    if (this.#starved) this.#announceAvailable();
  }

  /** @internal */
  onClose(cause: Error | null): void {
    this.close(
      new ConnectionError(`Connection to ${this.node} was lost; check the node and the network`, {
        cause,
        node: this.node,
      }),
    );
    this.#socketGone = true;
    for (const listener of this.#closeListeners.splice(0)) listener();
  }

  /** @internal Deadlines that are due; a node from which nothing was read for long is probed. */
  expire(now: number): number {
    const { handlers, deadlines, capacity } = this.#table;
    let next = Infinity;
    if (this.#nextDeadline <= now) {
      for (let id = 0; id < capacity; id++) {
        const handler = handlers[id];
        if (handler === null || handler === undefined || handler === orphanMark || handler === unsentMark) continue;
        const deadline = deadlines[id] as number;
        if (deadline < 0) continue;
        if (deadline > now) next = Math.min(next, deadline);
        else {
          this.#orphan(id);
          handler.onAttemptTimeout();
        }
      }
      this.#nextDeadline = Math.min(next, this.#nextDeadline > now ? this.#nextDeadline : Infinity);
    }
    if (this.#state === 'retired') this.#closeIfDrained();
    return Math.min(this.#nextDeadline, this.#heartbeat(now));
  }

  #orphan(id: number): void {
    this.#table.handlers[id] = orphanMark;
    this.inFlight--;
    this.orphaned++;
    if (this.orphaned > this.#config.maxOrphaned) {
      this.retire(
        new ConnectionError(
          `Connection to ${this.node} is replaced: ${this.orphaned} requests were given up without a reply; check the node's load`,
          { node: this.node },
        ),
      );
    }
  }

  #flush(): void {
    this.#flushScheduled = false;
    if (this.#state === 'closed' || this.#pending.length === 0) return;
    const { handlers, deadlines } = this.#table;
    if (this.#unsentCancelled > 0) {
      this.#unsentCancelled = 0;
      this.#writes.compact((id) => handlers[id] === unsentMark);
      const sent = this.#pending.filter((id) => handlers[id] !== unsentMark);
      for (const id of this.#pending) if (handlers[id] === unsentMark) this.#table.release(id);
      this.#pending = sent;
    }
    const now = this.#config.seams.timers.now();
    const pending = this.#pending;
    let earliest = this.#nextDeadline;
    for (let i = 0; i < pending.length; i++) {
      const id = pending[i] as number;
      const deadline = now - (deadlines[id] as number);
      deadlines[id] = deadline;
      if (deadline < earliest) earliest = deadline;
    }
    pending.length = 0;
    if (earliest < this.#nextDeadline) {
      this.#nextDeadline = earliest;
      if (earliest < this.#config.ticker.nextAt) this.#config.ticker.schedule(earliest);
    }
    this.#writes.flush();
    if (this.#transport.bufferedBytes > this.#config.maxBufferedWriteBytes) this.#saturated = true;
  }

  #heartbeat(now: number): number {
    const { heartbeatIntervalMs, heartbeatTimeoutMs } = this.#config;
    if (this.#state !== 'open' || heartbeatIntervalMs <= 0) return Infinity;
    const due = this.lastReadMs + heartbeatIntervalMs;
    if (this.#heartbeatPending || due > now) return Math.max(due, now + 1);
    this.#heartbeatPending = true;
    const id = this.send(
      heartbeatRequest((answered) => {
        this.#heartbeatPending = false;
        if (!answered)
          this.close(
            new ConnectionError(
              `Connection to ${this.node} is replaced: it did not answer a heartbeat within ${heartbeatTimeoutMs} ms; check the node and the network`,
              { node: this.node },
            ),
          );
      }),
      heartbeatTimeoutMs,
    );
    // Without a free id the replies that are awaited serve as the probe: their deadlines and the orphan cap replace the connection.
    if (id < 0) this.#heartbeatPending = false;
    return now + heartbeatIntervalMs;
  }

  #scheduleHeartbeat(): void {
    const { heartbeatIntervalMs, ticker } = this.#config;
    if (heartbeatIntervalMs > 0) ticker.schedule(this.lastReadMs + heartbeatIntervalMs);
  }

  #onServerPush(streamId: number, opcode: number, reader: ByteReader): void {
    if (streamId !== -1 || opcode !== Opcode.EVENT) {
      throw new ProtocolError(
        `Node ${this.node} sent opcode ${opcode} on stream ${streamId}; only events may come unasked, on stream -1`,
        { node: this.node },
      );
    }
    this.onEvent?.(readEvent(reader));
  }

  #failOnBytes(error: unknown): void {
    const cause = error instanceof Error ? error : new Error('A handler threw a value that is not an error');
    const detail = error instanceof AsyncCassandraError ? error.message : 'a reply could not be handled';
    this.close(new ConnectionError(`Connection to ${this.node} is closed: ${detail}`, { cause, node: this.node }));
  }

  #failAll(failure: ConnectionError): void {
    const { handlers, deadlines, capacity } = this.#table;
    for (let id = 0; id < capacity; id++) {
      const handler = handlers[id];
      if (handler === null || handler === undefined) continue;
      handlers[id] = null;
      if (handler === orphanMark || handler === unsentMark) continue;
      this.inFlight--;
      handler.onConnectionLost(failure, (deadlines[id] as number) >= 0);
    }
    this.orphaned = 0;
    this.#pending.length = 0;
  }

  #closeIfDrained(): void {
    if (this.inFlight === 0) this.close(null);
  }

  #announceClosed(error: ConnectionError | null): void {
    const listener = this.onClosed;
    this.onClosed = null;
    listener?.(this, error);
  }

  #announceAvailable(): void {
    if (!this.hasCapacity) return;
    this.#starved = false;
    this.onAvailable?.(this);
  }
}
