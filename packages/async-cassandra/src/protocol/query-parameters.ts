import { ConfigurationError, InvalidValueError } from '../errors/index.ts';
import { ByteWriter } from './byte-writer.ts';
import type { ProtocolVersion } from './protocol-version.ts';

/** Writes bound values, each as a [value]: an [int] length and the bytes, -1 for null, -2 for unset. */
export interface ValueWriter {
  /** How many values it writes. */
  readonly count: number;
  write(w: ByteWriter, values: readonly unknown[]): void;
}

/** The options of one execution; always of this shape, absent is undefined. */
export interface QueryParameters {
  /** Code of the consistency level. */
  consistency: number;
  /** Code of the consistency level of the serial phase of conditional statements. */
  serialConsistency: number | undefined;
  skipMetadata: boolean;
  /** Rows a page. */
  pageSize: number | undefined;
  pagingState: Buffer | undefined;
  /** Default write timestamp, in microseconds. */
  timestamp: bigint | undefined;
  /** v5 only. */
  keyspace: string | undefined;
  /** v5 only. */
  nowInSeconds: number | undefined;
  /** Names of the markers that the values are for; QUERY only. */
  names: readonly string[] | undefined;
}

/** Flags of <query_parameters> and of BATCH (native protocol specification v5, sections 4.1.4 and 4.1.7). */
export const QueryFlag = {
  VALUES: 0x0001,
  SKIP_METADATA: 0x0002,
  PAGE_SIZE: 0x0004,
  PAGING_STATE: 0x0008,
  SERIAL_CONSISTENCY: 0x0010,
  TIMESTAMP: 0x0020,
  NAMES: 0x0040,
  KEYSPACE: 0x0080,
  NOW_IN_SECONDS: 0x0100,
} as const;

/** Most values that one statement, and most statements that one batch can hold: the count is a [short]. */
export const MAX_SHORT_COUNT = 0xffff;

const V5_FLAGS = QueryFlag.KEYSPACE | QueryFlag.NOW_IN_SECONDS;
/** <consistency>, <flags> and the count of values. */
const HEAD_BYTES = 2 + 4 + 2;
/** What follows the values, but for the contents of paging state and keyspace. */
const TAIL_BYTES = 4 + 4 + 2 + 8 + 4;

/**
 * Writes <query_parameters>: `<consistency><flags>[<n>[name_1]<value_1>...][<result_page_size>][<paging_state>]
 * [<serial_consistency>][<timestamp>][<keyspace>][<now_in_seconds>]` (section 4.1.4). Flags are a [byte] in v4
 * and an [int] in v5.
 */
export function writeQueryParameters(
  w: ByteWriter,
  version: ProtocolVersion,
  p: QueryParameters,
  values: ValueWriter | null,
  bound: readonly unknown[],
): void {
  const count = values === null ? 0 : values.count;
  const { serialConsistency, pageSize, pagingState, timestamp, keyspace, nowInSeconds } = p;
  let flags = 0;
  if (count > 0) flags |= p.names === undefined ? QueryFlag.VALUES : QueryFlag.VALUES | QueryFlag.NAMES;
  if (p.skipMetadata) flags |= QueryFlag.SKIP_METADATA;
  if (pageSize !== undefined) flags |= QueryFlag.PAGE_SIZE;
  if (pagingState !== undefined) flags |= QueryFlag.PAGING_STATE;
  if (serialConsistency !== undefined) flags |= QueryFlag.SERIAL_CONSISTENCY;
  if (timestamp !== undefined) flags |= QueryFlag.TIMESTAMP;
  if (keyspace !== undefined) flags |= QueryFlag.KEYSPACE;
  if (nowInSeconds !== undefined) flags |= QueryFlag.NOW_IN_SECONDS;

  w.reserve(HEAD_BYTES);
  let pos = w.pos;
  w.view.setUint16(pos, p.consistency);
  if (version === 5) {
    w.view.setInt32(pos + 2, flags);
    pos += 6;
  } else {
    if ((flags & V5_FLAGS) !== 0) throw needsVersion5(flags);
    w.buf[pos + 2] = flags;
    pos += 3;
  }
  if (values !== null && count > 0) {
    if (count > MAX_SHORT_COUNT) throw tooManyValues(count);
    w.view.setUint16(pos, count);
    w.pos = pos + 2;
    if (p.names === undefined) values.write(w, bound);
    else writeNamedValues(w, p.names, values, bound);
  } else {
    w.pos = pos;
  }
  if ((flags & ~(QueryFlag.VALUES | QueryFlag.NAMES | QueryFlag.SKIP_METADATA)) === 0) return;

  w.reserve(TAIL_BYTES);
  pos = w.pos;
  if (pageSize !== undefined) {
    w.view.setInt32(pos, pageSize);
    pos += 4;
  }
  if (pagingState !== undefined) {
    w.pos = pos;
    w.writeBytes(pagingState);
    w.reserve(TAIL_BYTES);
    pos = w.pos;
  }
  if (serialConsistency !== undefined) {
    w.view.setUint16(pos, serialConsistency);
    pos += 2;
  }
  if (timestamp !== undefined) {
    w.view.setBigInt64(pos, timestamp);
    pos += 8;
  }
  w.pos = pos;
  if (keyspace !== undefined) w.writeString(keyspace);
  if (nowInSeconds !== undefined) w.writeInt(nowInSeconds);
}

/** Writes `[name_1]<value_1>...`. A value writer knows no names, so its values are written apart and then interleaved. */
function writeNamedValues(
  w: ByteWriter,
  names: readonly string[],
  values: ValueWriter,
  bound: readonly unknown[],
): void {
  const apart = new ByteWriter(256);
  values.write(apart, bound);
  let start = 0;
  for (const name of names) {
    const end = start + 4 + Math.max(apart.view.getInt32(start), 0);
    w.writeString(name);
    w.writeRaw(apart.buf.subarray(start, end));
    start = end;
  }
}

export function needsVersion5(flags: number): ConfigurationError {
  const option = (flags & QueryFlag.KEYSPACE) !== 0 ? 'keyspace' : 'nowInSeconds';
  return new ConfigurationError(
    option,
    `Request option "${option}" needs protocol version 5, check the server's version and protocolVersion`,
  );
}

export function tooManyValues(count: number): InvalidValueError {
  return new InvalidValueError(
    `A statement has ${count} values and the protocol allows ${MAX_SHORT_COUNT}, check the number of bound values`,
  );
}
