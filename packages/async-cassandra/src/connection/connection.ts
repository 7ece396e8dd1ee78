import { type ConnectionError, ProtocolError } from '../errors/index.ts';
import type { CompressionAlgorithm, ProtocolVersion, ServerEvent } from '../protocol/index.ts';
import type { ConnectionConfig } from './connection-config.ts';
import {
  closedByDriver,
  couldNotOpen,
  missedHeartbeat,
  socketLost,
  tooManyOrphans,
  unusableReply,
} from './connection-failures.ts';
import { nameAndAddress } from './end-point.ts';
import { Heartbeat, type HeartbeatTarget } from './heartbeat.ts';
import { Inbound } from './inbound.ts';
import { InFlightTable } from './in-flight-table.ts';
import { Outbound } from './outbound.ts';
import type { RequestHandler } from './request-handler.ts';
import type { EndPoint, Transport, TransportHandler } from './seams.ts';
import { tellExpired, tellLost } from './tell-handlers.ts';

type State = 'connecting' | 'open' | 'retired' | 'closed';

/**
 * One socket to one node: stream ids, the requests in flight and their deadlines, gathered writes, heartbeat.
 * It knows envelopes, not statements. Made by `openConnection`; owned by one pool or by the control connection.
 */
export class Connection implements TransportHandler, HeartbeatTarget {
  readonly endPoint: EndPoint;
  /** What the node is called: its end point in the metadata, which may be another than the one connected to. */
  readonly node: string;
  readonly protocolVersion: ProtocolVersion;
  /** What the server answered to OPTIONS; empty when it was not asked. */
  supported: ReadonlyMap<string, readonly string[]> = new Map();
  /** The keyspace that `USE` has set on this connection (v4). */
  keyspace: string | undefined;
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
  readonly #inbound: Inbound;
  readonly #transport: Transport;
  readonly #outbound: Outbound;
  readonly #heartbeat: Heartbeat;
  readonly #connected: () => void;
  readonly #maxInFlight: number;
  #isStarved = false;
  #state: State = 'connecting';
  #isSocketGone = false;
  #closeListeners: (() => void)[] = [];

  constructor(config: ConnectionConfig, endPoint: EndPoint, node: string, connected: () => void) {
    this.#config = config;
    this.endPoint = endPoint;
    this.node = node;
    this.protocolVersion = config.protocolVersion;
    this.#connected = connected;
    this.#maxInFlight = config.maxRequestsPerConnection;
    this.#table = new InFlightTable(config.maxRequestsPerConnection + config.maxOrphaned);
    this.#inbound = new Inbound(config, this.node, this.#table, (event) => this.onEvent?.(event));
    this.lastReadMs = config.seams.timers.now();
    this.#transport = config.seams.sockets.connect(endPoint, config.tls(endPoint), this);
    this.#outbound = new Outbound(config, this.#table, this.#transport, () => this.#afterTurn());
    this.#heartbeat = new Heartbeat(this, config.heartbeatIntervalMs, config.heartbeatTimeoutMs);
    config.ticker.add(this);
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Requests whose callers wait. */
  get inFlight(): number {
    return this.#table.inFlight;
  }

  /** Stream ids whose callers are gone, waiting for a late reply. */
  get orphaned(): number {
    return this.#table.orphaned;
  }

  /** Bytes handed to the socket that have not left yet. */
  get bufferedBytes(): number {
    return this.#transport.bufferedBytes;
  }

  get bytesSent(): number {
    return this.#outbound.bytesSent;
  }

  /** Open, with a free stream id and room in the write buffer. Asking in vain has `onAvailable` called later. */
  get hasCapacity(): boolean {
    const table = this.#table;
    if (
      this.#state === 'open' &&
      table.inFlight < this.#maxInFlight &&
      table.inFlight + table.orphaned < table.maxIds &&
      !this.#outbound.isSaturated
    )
      return true;
    this.#isStarved = true;
    return false;
  }

  /**
   * Encodes a request into the write buffer, which leaves with all others of this turn. A retired connection still
   * takes what the requests in flight on it need to finish.
   * @returns the stream id, or -1 when the connection is closed or has no free id.
   * @throws what `handler.encode` throws; nothing is sent then.
   */
  send(handler: RequestHandler, timeoutMs: number): number {
    if (this.#state === 'closed') return -1;
    const id = this.#outbound.add(handler, timeoutMs);
    if (id < 0) this.#isStarved = true;
    return id;
  }

  /**
   * Lets a request go: its handler hears nothing more.
   * @returns true when it had not been written and now never will be.
   */
  cancel(streamId: number, handler: RequestHandler): boolean {
    const table = this.#table;
    if (table.handlers[streamId] !== handler) return false;
    if (!table.isWritten(streamId)) {
      this.#outbound.abandon(streamId);
      return true;
    }
    table.orphan(streamId);
    this.#limitOrphans();
    if (this.#isStarved || this.#state === 'retired') this.#outbound.schedule();
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

  /** Asks the node for a sign of life, without waiting for the heartbeat's turn: its silence is suspicious. */
  probe(): void {
    if (this.#state === 'open' || this.#state === 'retired') this.#heartbeat.probe();
  }

  /** Closes at once; requests in flight are failed with `error`, or with one made for them. */
  close(error: ConnectionError | null = null): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#config.ticker.remove(this);
    this.#transport.destroy();
    this.#inbound.close();
    this.#outbound.close();
    tellLost(this.#table, error ?? closedByDriver(this.node), this.#config.seams.timers);
    this.#announceClosed(error);
  }

  /**
   * Reads a reply that was kept for later.
   * @throws what `read` throws; a ProtocolError closes the connection, since its node makes no sense
   */
  decode<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof ProtocolError) this.close(unusableReply(this.node, error));
      throw error;
    }
  }

  /** Resolves when the socket is gone. */
  closed(): Promise<void> {
    return this.#isSocketGone ? Promise.resolve() : new Promise((resolve) => this.#closeListeners.push(resolve));
  }

  /** Handshake: the reply to STARTUP has come, frames follow. */
  enableFraming(): void {
    this.#inbound.enableFraming();
    this.#outbound.enableFraming();
  }

  /** Handshake: STARTUP has been sent. */
  enableInboundCompression(): void {
    this.#inbound.enableCompression();
  }

  /** Handshake: the server has accepted the compression. */
  enableOutboundCompression(compression: CompressionAlgorithm): void {
    this.#outbound.enableCompression(compression);
  }

  /** Handshake: requests may come. */
  markOpen(): void {
    if (this.#state !== 'connecting') return;
    this.#state = 'open';
    this.#config.ticker.schedule(this.#heartbeat.dueAt);
  }

  onConnect(): void {
    this.#connected();
  }

  onData(buf: Buffer, view: DataView, length: number): void {
    if (this.#state === 'closed') return;
    this.lastReadMs = this.#config.seams.timers.now();
    this.bytesReceived += length;
    try {
      this.#inbound.push(buf, view, length);
    } catch (error) {
      this.close(unusableReply(this.node, error));
      return;
    }
    this.#afterTurn();
  }

  onDrain(): void {
    if (this.#isStarved) this.#announceAvailable();
  }

  onClose(cause: Error | null): void {
    this.close(
      this.#state === 'connecting'
        ? couldNotOpen(this.node, nameAndAddress(this.node, this.endPoint), cause)
        : socketLost(this.node, cause),
    );
    this.#isSocketGone = true;
    for (const listener of this.#closeListeners.splice(0)) listener();
  }

  /** Deadlines that are due; a node from which nothing was read for long is probed, by the last requests of a retired connection too. */
  expire(now: number): number {
    const table = this.#table;
    if (table.nextDeadline <= now) {
      tellExpired(table, now, this.#config.seams.timers, () => {
        this.#limitOrphans();
      });
      this.#afterTurn();
    }
    if (this.#state === 'closed') return Infinity;
    const probeAt = this.#state === 'connecting' ? Infinity : this.#heartbeat.beat(now);
    return Math.min(table.nextDeadline, probeAt);
  }

  onHeartbeatMissed(): void {
    this.close(missedHeartbeat(this.node, this.#config.heartbeatTimeoutMs));
  }

  #limitOrphans(): void {
    const { orphaned } = this.#table;
    if (orphaned > this.#config.maxOrphaned) this.retire(tooManyOrphans(this.node, orphaned));
  }

  /** Requests have come or gone. */
  #afterTurn(): void {
    if (this.#isStarved) this.#announceAvailable();
    if (this.#state === 'retired') this.#closeIfDrained();
  }

  #closeIfDrained(): void {
    // Nobody waits for a heartbeat's answer but the connection itself.
    if (this.#table.inFlight === (this.#heartbeat.isPending ? 1 : 0)) this.close(null);
  }

  #announceClosed(error: ConnectionError | null): void {
    const listener = this.onClosed;
    this.onClosed = null;
    listener?.(this, error);
  }

  #announceAvailable(): void {
    if (!this.hasCapacity) return;
    this.#isStarved = false;
    this.onAvailable?.(this);
  }
}
