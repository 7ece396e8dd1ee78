import { once } from 'node:events';
import { STATEMENTS, type Workload } from '../workloads.ts';
import type { Client, Contestant } from './contestant.ts';
import { envelope, execute, HEADER_BYTES, short, withLength } from './raw-bytes.ts';
import { decodeEvents, decodeItem, decodeUser } from './raw-decode.ts';
import { RawPipe } from './raw-pipe.ts';

const STREAM_IDS = 32_768;
const STARTUP = 0x01;
const PREPARE = 0x09;
const RESULT = 0x08;
const string = (text: string): Buffer => Buffer.concat([short(text.length), Buffer.from(text)]);

type Decode = (bytes: Buffer, view: DataView, start: number) => unknown;

const decoders: Readonly<Record<Workload, Decode>> = {
  w1: decodeUser,
  w2: () => undefined,
  w3: decodeEvents,
  w4: decodeItem,
};

/**
 * The limit of a client in JavaScript: bytes made beforehand on one connection of version 4, a promise for each operation, rows read by
 * code written for their columns. No values to encode, no routing, no deadlines, no errors.
 */
export const raw: Contestant = async () => async (spec) => {
  const pipe = new RawPipe(spec.host, spec.port);
  await once(pipe.socket, 'connect');
  await pipe.call(envelope(STARTUP, Buffer.concat([short(1), string('CQL_VERSION'), string('3.0.0')])));
  const client: Client = {
    operation: (workload) => operation(pipe, workload),
    close: async (): Promise<void> => void pipe.socket.destroy(),
  };
  return client;
};

async function operation(pipe: RawPipe, workload: Workload): Promise<() => Promise<unknown>> {
  const prepared = await pipe.call(envelope(PREPARE, withLength(Buffer.from(STATEMENTS[workload]))));
  if (prepared[4] !== RESULT) throw new Error(`Not prepared: ${prepared.toString('latin1')}`);
  const idAt = HEADER_BYTES + 6;
  const id = prepared.subarray(idAt, idAt + prepared.readUInt16BE(idAt - 2));
  const send = promising(pipe, decoders[workload]);
  const request = execute(id, workload);
  if (workload !== 'w3') return () => send(request);
  return async () => {
    let state = (await send(request)) as Buffer | undefined;
    while (state !== undefined) state = (await send(execute(id, workload, state))) as Buffer | undefined;
  };
}

function promising(pipe: RawPipe, decode: Decode): (request: Buffer) => Promise<unknown> {
  const free = Array.from({ length: STREAM_IDS }, (_, i) => STREAM_IDS - 1 - i);
  const waiting: ((value: unknown) => void)[] = [];
  pipe.onEnvelope = (bytes, view, start, streamId) => {
    const resolve = waiting[streamId];
    free.push(streamId);
    if (bytes[start + 4] !== RESULT) throw new Error('The server answered by an error');
    resolve?.(decode(bytes, view, start));
  };
  return (request) =>
    new Promise((resolve) => {
      const streamId = free.pop() ?? 0;
      waiting[streamId] = resolve;
      pipe.send(request, streamId);
    });
}
