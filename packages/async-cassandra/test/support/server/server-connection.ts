import {
  decodeRequest,
  EnvelopeDecoder,
  EnvelopeEncoder,
  encodeError,
  envelopeFlags,
  opcodes,
  WireReader,
} from '../wire/index.ts';
import type { CompressionName, Envelope } from '../wire/index.ts';
import { handshakeError } from './handshake.ts';
import type { ServerLink, ServerLinkHandler } from './link.ts';
import { ReceivedRequest } from './received-request.ts';
import type { ClientConnection, NodeHost, SendWishes } from './roles.ts';

const emptyBody = Buffer.alloc(0);

/** What a connection asks of its node. */
export interface ConnectionOwner extends NodeHost {
  handle(request: ReceivedRequest): void;
  connectionClosed(connection: ServerConnection): void;
}

/** One client's connection to a scripted server. */
export class ServerConnection implements ServerLinkHandler, ClientConnection {
  readonly number: number;
  readonly remote: string;
  startup: ReadonlyMap<string, string> | undefined;
  version: number | undefined;
  isAuthenticated = false;
  authStep = 0;
  keyspace: string | undefined;
  readonly eventTypes: Set<string> = new Set();
  isClosed = false;
  private readonly server: ConnectionOwner;
  private readonly link: ServerLink;
  private readonly decoder = new EnvelopeDecoder();
  private readonly encoder = new EnvelopeEncoder();
  /** Stream ids whose requests were not answered yet: using one again is the client's fault. */
  private readonly busyStreams = new Uint8Array(0x8000);
  private pending: Buffer[] = [];
  private slowPieces: Buffer[] = [];
  private isHandling = false;
  private flushScheduled = false;

  constructor(server: ConnectionOwner, link: ServerLink, number: number) {
    this.server = server;
    this.link = link;
    this.number = number;
    this.remote = link.remote;
  }

  onData(chunk: Buffer): void {
    if (this.isClosed) return;
    this.decoder.append(chunk);
    if (!this.server.isFrozen) this.handleBuffered();
  }

  /** Stops reading, as all connections of a process that was stopped. */
  pause(): void {
    this.link.pause();
  }

  /** Goes on where `pause` stopped. */
  resume(): void {
    this.handleBuffered();
    this.link.resume();
  }

  private handleBuffered(): void {
    this.isHandling = true;
    try {
      for (let envelope = this.decoder.next(); envelope !== null && !this.isClosed; envelope = this.decoder.next())
        this.handle(envelope);
    } catch (error) {
      this.server.fault(`Undecodable bytes on connection ${this.number}: ${String(error)}`);
      this.close('end');
    }
    this.isHandling = false;
    this.flush();
  }

  onClose(): void {
    this.isClosed = true;
    this.server.connectionClosed(this);
  }

  send(envelope: Envelope, wishes?: SendWishes): void {
    if (this.isClosed) return;
    if (wishes !== undefined) this.busyStreams[wishes.answers] = 0;
    let bytes: Buffer | null;
    if (wishes?.mutate === undefined) {
      bytes = this.encoder.envelope(envelope);
    } else {
      // The bytes are the test's own from here on: never compressed.
      bytes = wishes.mutate(new EnvelopeEncoder().envelope(envelope));
    }
    if (bytes === null) return;
    if (wishes?.chunkBytes !== undefined) {
      this.flush();
      this.writeSlowly(this.encoder.pack([bytes]), wishes.chunkBytes);
      return;
    }
    this.pending.push(bytes);
    if (this.isHandling || this.flushScheduled) return;
    this.flushScheduled = true;
    this.server.timers.setImmediate(() => {
      this.flushScheduled = false;
      this.flush();
    });
  }

  writeRaw(bytes: Buffer): void {
    this.flush();
    this.write(bytes);
  }

  close(how: 'end' | 'destroy' | 'reset' = 'end'): void {
    if (this.isClosed) return;
    if (how === 'end') this.flush();
    this.isClosed = true;
    this.link[how]();
  }

  established(): void {
    // What was sent so far leaves unframed and uncompressed (spec v5 section 2.3.1).
    this.flush();
    const compression = (this.startup?.get('COMPRESSION')?.toLowerCase() ?? 'none') as CompressionName;
    if ((this.version ?? 0) >= 5) {
      this.decoder.enableFraming(compression === 'lz4' ? 'lz4' : 'none');
      this.encoder.enableFraming(compression === 'lz4' ? 'lz4' : 'none');
    } else {
      this.decoder.enableCompression(compression);
      this.encoder.enableCompression(compression);
    }
  }

  private handle(envelope: Envelope): void {
    const { version, streamId, opcode } = envelope;
    const refusal = handshakeError(this.server, this, envelope);
    if (refusal !== undefined) {
      const body = encodeError(refusal.version, 'protocolError', { message: refusal.message });
      this.send({ version: refusal.version, isResponse: true, flags: 0, streamId, opcode: opcodes.ERROR, body });
      return;
    }
    if (streamId < 0 || this.busyStreams[streamId] === 1)
      this.server.fault(`Stream id ${streamId} used again before its answer on connection ${this.number}`);
    this.busyStreams[streamId] = 1;
    const reader = new WireReader(envelope.body);
    let request: ReceivedRequest;
    try {
      const payload = (envelope.flags & envelopeFlags.CUSTOM_PAYLOAD) !== 0 ? reader.bytesMap() : undefined;
      const message = decodeRequest(version, opcode, reader);
      const statement = 'id' in message ? this.server.statements.get(message.id.toString('hex')) : undefined;
      request = new ReceivedRequest(this.server.timers.now(), this, envelope, message, payload, statement);
    } catch (error) {
      this.server.fault(`Malformed request with opcode ${opcode} on connection ${this.number}: ${String(error)}`);
      const body = encodeError(version, 'protocolError', { message: String(error) });
      this.busyStreams[streamId] = 0;
      this.send({ version, isResponse: true, flags: 0, streamId, opcode: opcodes.ERROR, body });
      return;
    }
    this.server.handle(request);
  }

  private flush(): void {
    if (this.pending.length === 0 || this.server.isFrozen) return;
    const envelopes = this.pending;
    this.pending = [];
    this.write(this.encoder.pack(envelopes));
  }

  private write(bytes: Buffer): void {
    if (this.slowPieces.length > 0) this.slowPieces.push(bytes);
    else if (!this.isClosed) this.link.write(bytes);
  }

  private writeSlowly(bytes: Buffer, chunkBytes: number): void {
    const isRunning = this.slowPieces.length > 0;
    for (let at = 0; at < bytes.length; at += chunkBytes) this.slowPieces.push(bytes.subarray(at, at + chunkBytes));
    if (!isRunning) this.writeNextPiece();
  }

  private writeNextPiece(): void {
    this.server.timers.setImmediate(() => {
      const piece = this.slowPieces.shift() ?? emptyBody;
      if (!this.isClosed) this.link.write(piece);
      if (this.slowPieces.length > 0) this.writeNextPiece();
    });
  }
}
