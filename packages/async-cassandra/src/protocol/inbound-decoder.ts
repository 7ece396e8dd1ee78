import { ConfigurationError, ProtocolError } from '../errors/index.ts';
import { BodyDecompressor } from './body-decompressor.ts';
import type { Compression } from './compression.ts';
import { EnvelopeDecoder, type EnvelopeSink } from './envelope-decoder.ts';
import { FrameDecoder } from './frame-decoder.ts';
import type { ProtocolVersion } from './protocol-version.ts';

/** What an InboundDecoder needs to know of its connection. */
export interface InboundDecoderOptions {
  readonly version: ProtocolVersion;
  /** The largest body that is accepted, decompressed, in bytes. */
  readonly maxEnvelopeBytes: number;
  readonly sink: EnvelopeSink;
  /** What STARTUP asks for; it has no effect before `enableFraming` (v5) or `enableCompression` (v4). */
  readonly compression: Compression;
}

/**
 * Turns the bytes that one connection receives, in whatever pieces, into envelopes for its sink.
 *
 * When `push` throws, a ProtocolError of its own or what the sink threw, the place in the stream is lost: the connection
 * must be closed, and every later `push` throws.
 */
export class InboundDecoder {
  readonly #envelopes: EnvelopeDecoder;
  readonly #options: InboundDecoderOptions;
  #frames: FrameDecoder | null = null;
  /** True while bytes are taken, and for ever after an error. */
  #isBusy = false;

  /** @throws ConfigurationError for Snappy on v5, which has LZ4 only. */
  constructor(options: InboundDecoderOptions) {
    if (options.version === 5 && options.compression === 'snappy') {
      throw new ConfigurationError(
        'compression',
        'Protocol version 5 has no Snappy compression; check compression, or set protocolVersion to 4',
      );
    }
    this.#options = options;
    this.#envelopes = new EnvelopeDecoder(options.version, options.maxEnvelopeBytes, options.sink);
  }

  /** The server's own protocol version where it refused the connection's in an ERROR of the handshake; else the connection's. */
  get lastVersion(): number {
    return this.#envelopes.lastVersion;
  }

  /**
   * Takes [start, end) of `buf`, whose bytes `view` covers, and delivers all envelopes that are complete before it returns.
   *
   * @throws ProtocolError when the bytes are not what the protocol allows.
   */
  push(buf: Buffer, view: DataView, start: number, end: number): void {
    if (this.#isBusy) {
      throw new ProtocolError(
        'Bytes cannot be decoded after an error or during a delivery; check that the connection was closed',
      );
    }
    this.#isBusy = true;
    let pos = start;
    if (this.#frames === null) {
      // The sink may enable framing during this; the rest is then frames.
      pos = this.#envelopes.feed(buf, view, pos, end);
      this.#envelopes.isHalted = false;
    }
    this.#frames?.feed(buf, view, pos, end);
    this.#isBusy = false;
  }

  /**
   * From here on the bytes are v5 frames: to be called once STARTUP was answered by READY or AUTHENTICATE, best from
   * within the delivery of that answer. Bytes that are held already are then read as frames.
   */
  enableFraming(): void {
    if (this.#frames !== null) return;
    this.#frames = new FrameDecoder(this.#envelopes, this.#options.compression === 'lz4');
    if (this.#isBusy) {
      this.#envelopes.isHalted = true;
      return;
    }
    const held = this.#envelopes.takePartial();
    this.push(held, new DataView(held.buffer, held.byteOffset, held.length), 0, held.length);
  }

  /** From here on bodies whose flags say so are decompressed (v4). */
  enableCompression(): void {
    const { compression, maxEnvelopeBytes } = this.#options;
    if (compression !== 'none') this.#envelopes.decompressor = new BodyDecompressor(compression, maxEnvelopeBytes);
  }
}
