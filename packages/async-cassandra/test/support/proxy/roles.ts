import type { Envelope } from '../wire/index.ts';

export type Direction = 'toServer' | 'toClient';

/** A connection through a proxy, as rules and reactions know it. */
export interface ProxyLink {
  /** From 1, in the order the proxy accepted them. */
  readonly number: number;
  /** Passes envelopes on, in one piece. */
  forward(direction: Direction, envelopes: readonly Envelope[]): void;
  /** Passes an envelope on with one byte of its wire form changed. */
  forwardCorrupt(direction: Direction, envelope: Envelope, offset: number): void;
  /** Reads no more from the side that sends in this direction. */
  stall(direction: Direction): void;
  resume(direction: Direction): void;
  /** Ends both sides; towards the server in order, so that what was passed on arrives. */
  cut(how: 'reset' | 'end'): void;
  /** Runs the action after `ms`, unless the connection is closed by then. */
  later(ms: number, action: () => void): void;
}

/** What happens to an envelope that meets a condition: unless the reaction forwards it, it is gone. */
export type Reaction = (envelope: Envelope, connection: ProxyLink, direction: Direction) => void;
