import { FETCH_SIZE, KEY, USER, type Workload } from '../workloads.ts';

/** Bytes of version 4 as the raw client needs them, made by hand and once. */
export const HEADER_BYTES = 9;
const VERSION = 4;
const EXECUTE = 0x0a;
const LOCAL_ONE = 0x000a;

export function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export function short(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function withLength(bytes: Buffer): Buffer {
  return Buffer.concat([int(bytes.length), bytes]);
}

export function envelope(opcode: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([VERSION, 0, 0, 0, opcode]), int(body.length), body]);
}

function long(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

const key = Buffer.from(KEY.replaceAll('-', ''), 'hex');
const user = [key, Buffer.from(USER.name), Buffer.from(USER.email), int(USER.age), long(USER.created.getTime())];

/** EXECUTE with values, without metadata, with a page size. */
export function execute(id: Buffer, workload: Workload, pagingState?: Buffer): Buffer {
  const values = workload === 'w2' ? user : [key];
  const flags = 0x01 | 0x02 | 0x04 | (pagingState === undefined ? 0 : 0x08);
  return envelope(
    EXECUTE,
    Buffer.concat([
      short(id.length),
      id,
      short(LOCAL_ONE),
      Buffer.from([flags]),
      short(values.length),
      ...values.map(withLength),
      int(FETCH_SIZE),
      ...(pagingState === undefined ? [] : [withLength(pagingState)]),
    ]),
  );
}
