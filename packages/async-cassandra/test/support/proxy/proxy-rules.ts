import { decodeRequest, encodeError, opcodeName, opcodes, WireReader } from '../wire/index.ts';
import type { Envelope, ErrorFields, ErrorName, OpcodeName } from '../wire/index.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Direction, ProxyLink, Reaction } from './roles.ts';

/** Which envelopes a rule is about; all that is given must hold. */
export interface Condition {
  /** Default `toServer`. */
  readonly direction?: Direction;
  readonly opcode?: OpcodeName | readonly OpcodeName[];
  /** The n-th connection (from 1) that the proxy accepted. */
  readonly connection?: number;
  /** The n-th envelope (from 1) of those that meet the rest, or those a function picks. */
  readonly nth?: number | ((n: number) => boolean);
  /** By the proxy's seeded random source. */
  readonly probability?: number;
  /** Text of a QUERY or PREPARE (not where v4 compresses bodies). */
  readonly cql?: RegExp;
  readonly where?: (envelope: Envelope, connection: ProxyLink) => boolean;
}

/** Swallows the envelope. */
export function drop(): Reaction {
  return () => {};
}

/** Holds back this one envelope; others pass it. For a slow network set the proxy's `latencyMs`. */
export function delay(ms: number): Reaction {
  return (envelope, connection, direction) => connection.later(ms, () => connection.forward(direction, [envelope]));
}

/** Breaks the connection, both sides; with `after` once the envelope has passed (the server does the work, the client never hears). */
export function cut(how: 'reset' | 'end' = 'reset', options: { readonly after?: boolean } = {}): Reaction {
  return (envelope, connection, direction) => {
    if (options.after === true) connection.forward(direction, [envelope]);
    connection.cut(how);
  };
}

/** Answers with an error: instead of asking the server, or instead of the server's answer. */
export function forge(name: ErrorName | number, fields?: ErrorFields): Reaction {
  return (envelope, connection) => {
    const { version, streamId } = envelope;
    const body = encodeError(version, name, fields);
    connection.forward('toClient', [{ version, isResponse: true, flags: 0, streamId, opcode: opcodes.ERROR, body }]);
  };
}

/** Stops reading from the side this envelope came from, for some time or until `resume`; the envelope waits too. */
export function stall(ms?: number): Reaction {
  return (envelope, connection, direction) => {
    connection.stall(direction);
    connection.forward(direction, [envelope]);
    if (ms !== undefined) connection.later(ms, () => connection.resume(direction));
  };
}

/** Flips a bit of one byte of the envelope as it is on the wire, frame included; -1 is the last byte. */
export function corrupt(offset = -1): Reaction {
  return (envelope, connection, direction) => connection.forwardCorrupt(direction, envelope, offset);
}

/** One condition and what follows from it. */
export class ProxyRule {
  /** How many envelopes met it. */
  count = 0;
  readonly reaction: Reaction;
  private readonly condition: Condition;
  private readonly random: SeededRandom;
  private readonly drop: (rule: ProxyRule) => void;
  private matched = 0;

  constructor(condition: Condition, reaction: Reaction, random: SeededRandom, onRemove: (rule: ProxyRule) => void) {
    this.condition = condition;
    this.reaction = reaction;
    this.random = random;
    this.drop = onRemove;
  }

  remove(): void {
    this.drop(this);
  }

  accepts(envelope: Envelope, connection: ProxyLink, direction: Direction): boolean {
    const { direction: wanted = 'toServer', opcode, connection: number, nth, probability, cql, where } = this.condition;
    if (direction !== wanted) return false;
    if (
      opcode !== undefined &&
      !(typeof opcode === 'string' ? [opcode] : opcode).some((name) => name === opcodeName(envelope.opcode))
    )
      return false;
    if (number !== undefined && number !== connection.number) return false;
    if (cql !== undefined && !cql.test(textOf(envelope) ?? '')) return false;
    if (where !== undefined && !where(envelope, connection)) return false;
    this.matched++;
    if (nth !== undefined && !(typeof nth === 'number' ? nth === this.matched : nth(this.matched))) return false;
    if (probability !== undefined && !this.random.chance(probability)) return false;
    this.count++;
    return true;
  }
}

function textOf({ opcode, version, flags, body }: Envelope): string | undefined {
  if ((opcode !== opcodes.QUERY && opcode !== opcodes.PREPARE) || (flags & 1) !== 0) return undefined;
  const reader = new WireReader(body);
  if ((flags & 4) !== 0) reader.bytesMap();
  const request = decodeRequest(version, opcode, reader);
  return 'cql' in request ? request.cql : undefined;
}
