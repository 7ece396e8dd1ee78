import { beginEnvelope, type CompressionAlgorithm, endEnvelope, type ProtocolVersion } from '../protocol/index.ts';
import type { ConnectionConfig } from './connection-config.ts';
import { type InFlightTable, unsentMark } from './in-flight-table.ts';
import type { RequestHandler } from './request-handler.ts';
import type { Transport } from './seams.ts';
import { WriteBuffer } from './write-buffer.ts';

/** A slab this full is written without waiting for the end of the turn. */
const FLUSH_BYTES = 60 * 1024;

/**
 * The way out: requests are encoded into the write buffer as they come, and leave together at the end of the turn,
 * when their deadlines begin. Until then they can be taken back.
 */
export class Outbound {
  readonly #config: ConnectionConfig;
  readonly #version: ProtocolVersion;
  readonly #table: InFlightTable;
  readonly #transport: Transport;
  readonly #writes: WriteBuffer;
  readonly #endTurn: () => void;
  /** Ids of what is in the buffer, in its order; what is behind the count is of earlier turns. */
  readonly #unsent: number[] = [];
  #unsentCount = 0;
  #abandoned = 0;
  #isScheduled = false;
  #isSaturated = false;

  /** @param onTurnEnd - called after each flush at the end of a turn */
  constructor(config: ConnectionConfig, table: InFlightTable, transport: Transport, onTurnEnd: () => void) {
    this.#config = config;
    this.#version = config.protocolVersion;
    this.#table = table;
    this.#transport = transport;
    this.#writes = new WriteBuffer(transport);
    this.#endTurn = (): void => {
      this.#isScheduled = false;
      this.flush();
      onTurnEnd();
    };
  }

  get bytesSent(): number {
    return this.#writes.bytesSent;
  }

  /** Whether more waits to leave than `maxBufferedWriteBytes`. */
  get isSaturated(): boolean {
    if (this.#isSaturated) this.#measure();
    return this.#isSaturated;
  }

  /** @returns the stream id, or -1 when none is free. @throws what the encoder throws, having taken back its bytes */
  add(handler: RequestHandler, timeoutMs: number): number {
    const id = this.#table.take();
    if (id < 0) return -1;
    const { writer } = this.#writes;
    const start = writer.pos;
    try {
      beginEnvelope(writer, this.#version, handler.envelopeFlags, id, handler.opcode);
      handler.encode(writer, this.#version);
      endEnvelope(writer, start);
      this.#writes.envelopeDone(start);
    } catch (error) {
      writer.pos = start;
      this.#table.release(id);
      throw error;
    }
    this.#table.hold(id, handler, timeoutMs);
    this.#unsent[this.#unsentCount++] = id;
    if (writer.pos >= FLUSH_BYTES) this.flush();
    else if (!this.#isScheduled) this.schedule();
    return id;
  }

  /** Takes back a request that was not written. */
  abandon(id: number): void {
    this.#table.abandonUnsent(id);
    this.#abandoned++;
  }

  /** Has the turn's end told, also when there is nothing to write. */
  schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#config.seams.timers.nextTick(this.#endTurn);
  }

  /** Writes all that waits, at once. */
  flush(): void {
    const { seams, ticker } = this.#config;
    if (this.#abandoned > 0) this.#cutAbandoned();
    if (this.#unsentCount === 0) return;
    const table = this.#table;
    table.stamp(this.#unsent, this.#unsentCount, seams.timers.now());
    this.#unsentCount = 0;
    if (table.nextDeadline < ticker.nextAt) ticker.schedule(table.nextDeadline);
    this.#writes.flush();
    this.#measure();
  }

  /** What waits will never be written. */
  close(): void {
    this.#unsentCount = 0;
    this.#abandoned = 0;
  }

  enableFraming(): void {
    this.flush();
    this.#writes.enableFraming();
  }

  enableCompression(compression: CompressionAlgorithm): void {
    this.flush();
    this.#writes.enableCompression(compression);
  }

  #measure(): void {
    this.#isSaturated = this.#transport.bufferedBytes > this.#config.maxBufferedWriteBytes;
  }

  #cutAbandoned(): void {
    this.#abandoned = 0;
    const { handlers } = this.#table;
    this.#writes.compact((id) => handlers[id] === unsentMark);
    let kept = 0;
    for (let i = 0; i < this.#unsentCount; i++) {
      const id = this.#unsent[i] as number;
      if (handlers[id] === unsentMark) this.#table.release(id);
      else this.#unsent[kept++] = id;
    }
    this.#unsentCount = kept;
  }
}
