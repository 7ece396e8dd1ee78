/**
 * A server that costs next to nothing, in a process of its own: writes are answered by Void as they come, everything else
 * by a scripted server behind it. Protocol version 4, uncompressed.
 *
 * It prints its port, and ends with its standard input; see `startWriteStub`.
 */
import { connect, createServer, type Socket } from 'node:net';
import { ScriptedServer, t } from '../index.ts';

const HEADER_BYTES = 9;
const EXECUTE = 0x0a;
const BATCH = 0x0d;
const RESULT = 0x08;
const REPLY_BYTES = 13;

/** Answers for all writes among the frames in `bytes`. @returns the bytes of frames that others answer, and those of no whole frame */
function answer(socket: Socket, upstream: Socket, bytes: Buffer): Buffer {
  let at = 0;
  const replies: Buffer[] = [];
  while (bytes.length - at >= HEADER_BYTES) {
    const end = at + HEADER_BYTES + bytes.readUInt32BE(at + 5);
    if (end > bytes.length) break;
    const opcode = bytes[at + 4];
    if (opcode === EXECUTE || opcode === BATCH) replies.push(voidReply(bytes.readUInt16BE(at + 2)));
    else upstream.write(bytes.subarray(at, end));
    at = end;
  }
  if (replies.length > 0) socket.write(Buffer.concat(replies));
  return bytes.subarray(at);
}

function voidReply(streamId: number): Buffer {
  const reply = Buffer.alloc(REPLY_BYTES);
  reply[0] = 0x84;
  reply.writeUInt16BE(streamId, 2);
  reply[4] = RESULT;
  reply.writeUInt32BE(4, 5);
  reply.writeUInt32BE(1, 9);
  return reply;
}

const scripted = await ScriptedServer.start({ versions: [4] });
scripted.schema.addTable('bench', 'users', {
  id: t.uuid,
  name: t.text,
  email: t.text,
  age: t.int,
  created: t.timestamp,
});
const server = createServer((socket) => {
  const upstream = connect(scripted.port, scripted.host);
  let rest: Buffer = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on('data', (chunk) => {
    rest = answer(socket, upstream, rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
  });
  upstream.on('data', (chunk) => socket.write(chunk));
  const end = (): void => {
    socket.destroy();
    upstream.destroy();
  };
  socket.on('close', end).on('error', end);
  upstream.on('close', end).on('error', end);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.stdout.write(`${address.port}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));
