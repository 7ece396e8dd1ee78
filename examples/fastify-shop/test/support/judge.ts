import type { Unanswered } from './http-client.ts';
import type { Served } from './probe.ts';

/** What became of requests without a whole answer, by what the client and the service know of them together. */
export interface Judgement {
  /**
   * Lost: a part of the answer came; or the service, or its system, had bytes of the request when the connection ended.
   */
  readonly lost: readonly Unanswered[];
  /** The port was closed when the client connected: it knows that nothing was done. */
  readonly refused: number;
  /** The client's system connected, but the service never took the connection: the port was closed in between. */
  readonly untaken: number;
  /**
   * The service closed an idle connection, in good order, while the request was on its way to it: it never read a byte of it.
   * That can happen with any HTTP/1.1 server; clients know by RFC 9112, 9.3.1 what to do.
   */
  readonly crossed: number;
}

/** @param served - all connections that the service took since before the first of these requests */
export function judge(unanswered: readonly Unanswered[], served: readonly Served[]): Judgement {
  const connections = new Map<number, Served[]>();
  for (const one of served) connections.set(one.port, [...(connections.get(one.port) ?? []), one]);
  const lost: Unanswered[] = [];
  let [refused, untaken, crossed] = [0, 0, 0];
  for (const one of unanswered) {
    const { how, hasBegun, bytesBefore, port } = one;
    const taken = connections.get(port) ?? [];
    if (how === 'refused') refused++;
    else if (hasBegun) lost.push(one);
    else if (taken.length === 0 && how === 'reset') untaken++;
    else if (how === 'closed' && bytesBefore > 0 && taken.some(({ bytesRead }) => bytesRead === bytesBefore)) crossed++;
    else lost.push(one);
  }
  return { lost, refused, untaken, crossed };
}
