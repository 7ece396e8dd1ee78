import type { Socket } from 'node:net';
import { EnvelopeDecoder, EnvelopeEncoder, opcodes, WireReader } from '../wire/index.ts';
import type { Envelope } from '../wire/index.ts';
import { Outlet } from './outlet.ts';
import type { LinkShape } from './outlet.ts';
import type { Direction, ProxyLink, Reaction } from './roles.ts';

/** What a connection asks of its proxy. */
export interface ProxyOwner {
  readonly toServer: LinkShape;
  readonly toClient: LinkShape;
  /** What the rules have for this envelope. */
  reactionTo(envelope: Envelope, connection: ProxiedConnection, direction: Direction): Reaction | undefined;
  problem(text: string): void;
  closed(connection: ProxiedConnection): void;
}

interface Side {
  readonly outlet: Outlet;
  readonly decoder: EnvelopeDecoder;
  readonly encoder: EnvelopeEncoder;
}

const TLS_HANDSHAKE = 0x16;

/** A client's connection and the one to the server behind it. Envelopes are seen one by one, except over TLS. */
export class ProxiedConnection implements ProxyLink {
  readonly number: number;
  private readonly owner: ProxyOwner;
  private readonly client: Socket;
  private readonly server: Socket;
  private readonly sides: Record<Direction, Side>;
  private readonly timers = new Set<NodeJS.Timeout>();
  private startup: ReadonlyMap<string, string> | undefined;
  private isFramed = false;
  /** Bytes are passed on unseen. */
  private isOpaque: boolean | undefined;
  private isCut = false;
  private isClosed = false;

  constructor(number: number, owner: ProxyOwner, client: Socket, server: Socket) {
    this.number = number;
    this.owner = owner;
    this.client = client;
    this.server = server;
    const side = (source: Socket, target: Socket, shape: LinkShape): Side => ({
      outlet: new Outlet(source, target, shape),
      decoder: new EnvelopeDecoder(),
      encoder: new EnvelopeEncoder(),
    });
    this.sides = { toServer: side(client, server, owner.toServer), toClient: side(server, client, owner.toClient) };
    this.wire(client, server, 'toServer');
    this.wire(server, client, 'toClient');
  }

  forward(direction: Direction, envelopes: readonly Envelope[]): void {
    const { encoder, outlet } = this.sides[direction];
    if (!this.isCut && envelopes.length > 0)
      outlet.send(encoder.pack(envelopes.map((envelope) => encoder.envelope(envelope))));
  }

  forwardCorrupt(direction: Direction, envelope: Envelope, offset: number): void {
    const { encoder, outlet } = this.sides[direction];
    const bytes = encoder.pack([encoder.envelope(envelope)]);
    const at = offset < 0 ? bytes.length + offset : offset;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at);
    outlet.send(bytes);
  }

  stall(direction: Direction): void {
    this.sides[direction].outlet.stall();
  }

  resume(direction: Direction): void {
    this.sides[direction].outlet.resume();
  }

  cut(how: 'reset' | 'end'): void {
    this.isCut = true;
    if (how === 'reset') this.client.resetAndDestroy();
    else this.client.end();
    this.sides.toServer.outlet.end();
    // A server that is frozen never answers the end of the stream.
    this.later(1000, () => this.server.destroy());
  }

  later(ms: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (!this.isClosed) action();
    }, ms);
    this.timers.add(timer);
  }

  close(): void {
    this.client.destroy();
    this.server.destroy();
    this.finish();
  }

  private wire(source: Socket, target: Socket, direction: Direction): void {
    source.on('data', (chunk: Buffer) => this.received(direction, chunk));
    source.on('end', () => this.sides[direction].outlet.end());
    // A reset on one side is a reset on the other.
    source.on('error', () => target.resetAndDestroy());
    source.on('close', () => {
      if (source.destroyed && target.destroyed) this.finish();
      else this.sides[direction].outlet.end();
    });
  }

  private finish(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.isCut = true;
    for (const timer of this.timers) clearTimeout(timer);
    for (const { outlet } of Object.values(this.sides)) outlet.close();
    this.owner.closed(this);
  }

  private received(direction: Direction, chunk: Buffer): void {
    this.isOpaque ??= direction === 'toServer' && chunk[0] === TLS_HANDSHAKE;
    if (this.isOpaque) {
      this.sides[direction].outlet.send(chunk);
      return;
    }
    try {
      this.passOn(direction, chunk);
    } catch (error) {
      this.owner.problem(`Connection ${this.number}, ${direction}: ${String(error)}`);
      this.close();
    }
  }

  private passOn(direction: Direction, chunk: Buffer): void {
    const { decoder } = this.sides[direction];
    let passing: Envelope[] = [];
    decoder.append(chunk);
    for (let envelope = decoder.next(); envelope !== null && !this.isCut; envelope = decoder.next()) {
      const reaction = this.owner.reactionTo(envelope, this, direction);
      if (reaction === undefined) {
        passing.push(envelope);
      } else {
        this.forward(direction, passing);
        passing = [];
        reaction(envelope, this, direction);
      }
      if (direction === 'toServer' && envelope.opcode === opcodes.STARTUP) {
        this.startup = new WireReader(envelope.body).stringMap();
      }
      const isEstablished = envelope.opcode === opcodes.READY || envelope.opcode === opcodes.AUTHENTICATE;
      if (direction === 'toClient' && isEstablished && !this.isFramed && envelope.version >= 5) {
        this.forward(direction, passing);
        passing = [];
        this.enableFraming();
      }
    }
    this.forward(direction, passing);
  }

  /** After the answer to STARTUP both directions are frames (spec v5 section 2.3.1). Bodies that v4 compressed pass unread. */
  private enableFraming(): void {
    this.isFramed = true;
    const compression = this.startup?.get('COMPRESSION')?.toLowerCase() === 'lz4' ? 'lz4' : 'none';
    for (const { decoder, encoder } of Object.values(this.sides)) {
      decoder.enableFraming(compression);
      encoder.enableFraming(compression);
    }
  }
}
