import type { ByteReader, EnvelopeSink } from '../../src/protocol/index.ts';

export interface CollectedEnvelope {
  readonly streamId: number;
  readonly opcode: number;
  readonly flags: number;
  /** A copy of the body, in hexadecimal so that failures are readable. */
  readonly body: string;
}

/** Keeps what a decoder delivers, copied. */
export class EnvelopeCollector implements EnvelopeSink {
  readonly envelopes: CollectedEnvelope[] = [];
  /** For each envelope, whether its memory was handed over, and that memory. */
  readonly owned: boolean[] = [];
  readonly buffers: Buffer[] = [];
  /** Called after each delivery. */
  afterEach: () => void = () => {};

  onEnvelope(streamId: number, opcode: number, flags: number, reader: ByteReader, owned: boolean): void {
    const body = reader.buf.toString('hex', reader.pos, reader.end);
    this.envelopes.push({ streamId, opcode, flags, body });
    this.owned.push(owned);
    this.buffers.push(reader.buf);
    this.afterEach();
  }
}

export function viewOf(buf: Buffer): DataView {
  return new DataView(buf.buffer, buf.byteOffset, buf.length);
}
