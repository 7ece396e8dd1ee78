import { encodeSchemaChange, encodeSetKeyspace, encodeVoid } from '../wire/index.ts';
import type { Column, ErrorFields, ErrorName, SchemaChange, ServerEvent } from '../wire/index.ts';
import type { Exchange } from './exchange.ts';
import type { ReceivedRequest } from './received-request.ts';

/** How a scripted server answers a request. */
export interface Reply {
  send(exchange: Exchange): void;
  /** Columns of the rows it sends: what PREPARE announces. */
  readonly columns?: readonly Column[] | undefined;
}

function reply(send: (exchange: Exchange) => void, inner?: Reply): Reply {
  return { send, columns: inner?.columns };
}

const voidBody = encodeVoid();

/** RESULT Void. */
export function voidResult(): Reply {
  return reply((x) => x.result(voidBody));
}

export function setKeyspace(keyspace: string): Reply {
  return reply((x) => {
    x.connection.keyspace = keyspace;
    x.result(encodeSetKeyspace(keyspace));
  });
}

export function schemaChange(change: SchemaChange): Reply {
  return reply((x) => x.result(encodeSchemaChange(change)));
}

/** ERROR, by name or by number for codes nobody knows. */
export function error(name: ErrorName | number, fields?: ErrorFields): Reply {
  return reply((x) => x.error(name, fields));
}

/** No answer, ever. */
export function never(): Reply {
  return reply(() => {});
}

/** Ends the connection instead of answering: `end` (FIN), or `reset` (RST). */
export function closeConnection(how: 'end' | 'reset' = 'end'): Reply {
  return reply((x) => x.connection.close(how));
}

/** These bytes as they are, on the socket as it is: no framing, no compression. */
export function rawBytes(bytes: Uint8Array): Reply {
  return reply((x) => x.connection.writeRaw(Buffer.from(bytes)));
}

/** A message with any opcode and body. */
export function message(opcode: number, body: Uint8Array): Reply {
  return reply((x) => x.respond(opcode, Buffer.from(body)));
}

/** Sends `inner` after `ms`; a function gives each request its own delay. */
export function delayed(ms: number | ((request: ReceivedRequest) => number), inner: Reply): Reply {
  return reply((x) => x.later(typeof ms === 'number' ? ms : ms(x.request), () => inner.send(x)), inner);
}

/** Writes the answer in pieces (byte by byte by default), each on its own turn. */
export function chunked(inner: Reply, chunkBytes = 1): Reply {
  return reply((x) => {
    x.chunkBytes = chunkBytes;
    inner.send(x);
  }, inner);
}

export function withWarnings(warnings: readonly string[], inner: Reply): Reply {
  return withPreamble({ warnings }, inner);
}

export function withPayload(customPayload: Readonly<Record<string, Uint8Array | null>>, inner: Reply): Reply {
  return withPreamble({ customPayload }, inner);
}

function withPreamble(preamble: Exchange['preamble'], inner: Reply): Reply {
  return reply((x) => {
    x.preamble = { ...x.preamble, ...preamble };
    inner.send(x);
  }, inner);
}

/** Changes the finished envelope's bytes (header and body) before they are framed or compressed; null drops it. */
export function mutated(inner: Reply, mutate: (envelope: Buffer) => Buffer | null): Reply {
  return reply((x) => {
    x.mutate = mutate;
    inner.send(x);
  }, inner);
}

/** Answers on another stream id than the request's. */
export function onStream(streamId: number | ((own: number) => number), inner: Reply): Reply {
  return reply((x) => {
    x.streamId = typeof streamId === 'number' ? streamId : streamId(x.request.streamId);
    inner.send(x);
  }, inner);
}

/** One reply after the other, the last for ever. */
export function sequence(...replies: readonly [Reply, ...Reply[]]): Reply {
  let at = 0;
  return reply((x) => (replies[Math.min(at++, replies.length - 1)] as Reply).send(x), replies[replies.length - 1]);
}

/** Chooses the reply when the request is there; `columns` is what PREPARE announces. */
export function dynamic(choose: (request: ReceivedRequest) => Reply, columns?: readonly Column[]): Reply {
  return { send: (x) => choose(x.request).send(x), columns };
}

/** Pushes an event to all registered connections of the node, then answers. */
export function alsoPush(event: ServerEvent, inner: Reply): Reply {
  return reply((x) => {
    x.server.pushEvent(event);
    inner.send(x);
  }, inner);
}

/** Waits until `size` requests came, then answers them in the order that `arrange` gives (default: the last first). */
export function reordered(
  size: number,
  inner: Reply,
  arrange: (exchanges: Exchange[]) => Exchange[] = (x) => x.reverse(),
): Reply {
  let waiting: Exchange[] = [];
  return reply((x) => {
    waiting.push(x);
    if (waiting.length < size) return;
    const ready = arrange(waiting);
    waiting = [];
    for (const exchange of ready) inner.send(exchange);
  }, inner);
}

/** A reply that waits until the test says so. */
export interface HeldReply extends Reply {
  readonly waiting: number;
  /** Answers the requests that wait, the n-th of them, or those a predicate picks. */
  release(which?: number | ((request: ReceivedRequest) => boolean)): void;
  /** Answers those that wait and all to come. */
  open(): void;
}

export function held(inner: Reply): HeldReply {
  let waiting: Exchange[] = [];
  let isOpen = false;
  const release = (which?: number | ((request: ReceivedRequest) => boolean)): void => {
    const chosen = waiting.filter(
      (x, i) => which === undefined || (typeof which === 'number' ? i === which : which(x.request)),
    );
    waiting = waiting.filter((x) => !chosen.includes(x));
    for (const x of chosen) inner.send(x);
  };
  return {
    columns: inner.columns,
    get waiting() {
      return waiting.length;
    },
    send: (x) => {
      if (isOpen) inner.send(x);
      else waiting.push(x);
    },
    release,
    open: () => {
      isOpen = true;
      release();
    },
  };
}
