import {
  type ByteReader,
  type EnvelopeSink,
  InboundDecoder,
  Opcode,
  readEvent,
  type ServerEvent,
} from '../protocol/index.ts';
import type { ConnectionConfig } from './connection-config.ts';
import { strayPush, strayReply } from './connection-failures.ts';
import type { InFlightTable } from './in-flight-table.ts';

/** The way in: finds envelopes in what was read, and gives each reply to the request that waits for it. */
export class Inbound implements EnvelopeSink {
  readonly #node: string;
  readonly #table: InFlightTable;
  readonly #decoder: InboundDecoder;
  readonly #onEvent: (event: ServerEvent) => void;
  #isClosed = false;

  constructor(config: ConnectionConfig, node: string, table: InFlightTable, onEvent: (event: ServerEvent) => void) {
    this.#node = node;
    this.#table = table;
    this.#onEvent = onEvent;
    this.#decoder = new InboundDecoder({
      version: config.protocolVersion,
      maxEnvelopeBytes: config.maxEnvelopeBytes,
      compression: config.compression,
      sink: this,
    });
  }

  /**
   * Takes the first `length` bytes of `buf`, which are used again after the call.
   * @throws ProtocolError when they make no sense, or what a handler throws
   */
  push(buf: Buffer, view: DataView, length: number): void {
    this.#decoder.push(buf, view, 0, length);
  }

  /** Nobody waits any more: what is left of the bytes at hand is dropped. */
  close(): void {
    this.#isClosed = true;
  }

  enableFraming(): void {
    this.#decoder.enableFraming();
  }

  enableCompression(): void {
    this.#decoder.enableCompression();
  }

  onEnvelope(streamId: number, opcode: number, flags: number, reader: ByteReader, owned: boolean): void {
    if (this.#isClosed) return;
    if (streamId < 0) {
      if (streamId !== -1 || opcode !== Opcode.EVENT) throw strayPush(this.#node, opcode, streamId);
      this.#onEvent(readEvent(reader));
      return;
    }
    const handler = opcode === Opcode.EVENT ? undefined : this.#table.answered(streamId);
    if (handler === undefined) throw strayReply(this.#node, opcode, streamId);
    if (handler !== null) handler.onResponse(opcode, flags, reader, owned);
  }
}
