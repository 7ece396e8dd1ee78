import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** The body and opcode of an answer; null for none at all. */
export type Answer = { readonly opcode: number; readonly body: Buffer } | null;

export interface CqlRequest {
  readonly opcode: number;
  readonly body: Buffer;
}

export interface CqlServer {
  readonly port: number;
  readonly requests: CqlRequest[];
}

/** A node made of canned answers, whose bytes leave in pieces of the given size. */
export async function cqlServer(
  test: TestContext,
  answer: (request: CqlRequest, count: number) => Answer,
  pieceBytes = 1 << 16,
): Promise<CqlServer> {
  const requests: CqlRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.setNoDelay(true));
    let buffered = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      buffered = Buffer.concat([buffered, chunk]);
      while (buffered.length >= 9 && buffered.length >= 9 + buffered.readInt32BE(5)) {
        const end = 9 + buffered.readInt32BE(5);
        const request = { opcode: buffered.readUInt8(4), body: buffered.subarray(9, end) };
        buffered = buffered.subarray(end);
        requests.push(request);
        const given = answer(request, requests.length);
        if (given !== null) void writePieces(socket, envelope(given.opcode, given.body), pieceBytes);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return { port: (server.address() as AddressInfo).port, requests };
}

/** ERROR with a code and a message. */
export function errorAnswer(code: number, message: string): Answer {
  const text = Buffer.from(message);
  const head = Buffer.alloc(6);
  head.writeInt32BE(code);
  head.writeUInt16BE(text.length, 4);
  return { opcode: 0, body: Buffer.concat([head, text]) };
}

/** RESULT of kind rows, without metadata. */
export function rowsAnswer(rows: readonly (readonly (Buffer | null)[])[]): Answer {
  const int = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32BE(value);
    return bytes;
  };
  const cells = rows.flat().flatMap((cell) => (cell === null ? [int(-1)] : [int(cell.length), cell]));
  const body = Buffer.concat([int(2), int(4), int(rows[0]?.length ?? 1), int(rows.length), ...cells]);
  return { opcode: 8, body };
}

function envelope(opcode: number, body: Buffer): Buffer {
  const header = Buffer.from([0x84, 0, 0, 0, opcode, 0, 0, 0, 0]);
  header.writeInt32BE(body.length, 5);
  return Buffer.concat([header, body]);
}

async function writePieces(socket: Socket, bytes: Buffer, size: number): Promise<void> {
  for (let start = 0; start < bytes.length && !socket.destroyed; start += size) {
    await new Promise((resolve) => socket.write(bytes.subarray(start, start + size), resolve));
  }
}
