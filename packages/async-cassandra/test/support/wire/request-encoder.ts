import { consistencyCode, queryFlags } from './constants.ts';
import type { ConsistencyName } from './constants.ts';
import type { RawValue } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/** <query_parameters> to send; values are bytes, null or 'unset'. */
export interface RequestParameters {
  readonly consistency?: ConsistencyName;
  readonly values?: readonly RawValue[];
  readonly names?: readonly string[];
  readonly skipMetadata?: boolean;
  readonly pageSize?: number;
  readonly pagingState?: Buffer;
  readonly serialConsistency?: ConsistencyName;
  readonly timestamp?: bigint;
  readonly keyspace?: string;
  readonly nowInSeconds?: number;
}

/** Bodies of requests, for a client made of test code alone (spec v5 section 4.1). */
export function encodeStartup(options: Readonly<Record<string, string>>): Buffer {
  return new WireWriter().stringMap(options).finish();
}

export function encodeRegister(types: readonly string[]): Buffer {
  return new WireWriter().stringList(types).finish();
}

export function encodeQuery(version: number, cql: string, parameters: RequestParameters = {}): Buffer {
  const w = new WireWriter().longString(cql);
  writeParameters(w, version, parameters);
  return w.finish();
}

export function encodePrepare(version: number, cql: string, keyspace?: string): Buffer {
  const w = new WireWriter().longString(cql);
  if (version >= 5) w.int(keyspace === undefined ? 0 : 1);
  if (version >= 5 && keyspace !== undefined) w.string(keyspace);
  return w.finish();
}

export function encodeExecute(
  version: number,
  id: Buffer,
  resultMetadataId: Buffer,
  parameters: RequestParameters = {},
): Buffer {
  const w = new WireWriter().shortBytes(id);
  if (version >= 5) w.shortBytes(resultMetadataId);
  writeParameters(w, version, parameters);
  return w.finish();
}

export interface BatchMember {
  readonly cql?: string;
  readonly id?: Buffer;
  readonly values?: readonly RawValue[];
}

export function encodeBatch(
  version: number,
  type: 0 | 1 | 2,
  members: readonly BatchMember[],
  parameters: RequestParameters = {},
): Buffer {
  const w = new WireWriter().byte(type).short(members.length);
  for (const { cql, id, values = [] } of members) {
    if (id !== undefined) w.byte(1).shortBytes(id);
    else w.byte(0).longString(cql ?? '');
    w.short(values.length);
    for (const value of values) writeValue(w, value);
  }
  writeParameters(w, version, parameters);
  return w.finish();
}

function writeParameters(w: WireWriter, version: number, p: RequestParameters): void {
  const { values, names, pageSize, pagingState, serialConsistency, timestamp, keyspace, nowInSeconds } = p;
  const flags =
    (values !== undefined ? queryFlags.VALUES : 0) |
    (names !== undefined ? queryFlags.NAMES : 0) |
    (p.skipMetadata === true ? queryFlags.SKIP_METADATA : 0) |
    (pageSize !== undefined ? queryFlags.PAGE_SIZE : 0) |
    (pagingState !== undefined ? queryFlags.PAGING_STATE : 0) |
    (serialConsistency !== undefined ? queryFlags.SERIAL_CONSISTENCY : 0) |
    (timestamp !== undefined ? queryFlags.TIMESTAMP : 0) |
    (keyspace !== undefined ? queryFlags.KEYSPACE : 0) |
    (nowInSeconds !== undefined ? queryFlags.NOW_IN_SECONDS : 0);
  w.short(consistencyCode(p.consistency ?? 'LOCAL_ONE'));
  if (version >= 5) w.int(flags);
  else w.byte(flags);
  if (values !== undefined) {
    w.short(values.length);
    values.forEach((value, i) => {
      if (names !== undefined) w.string(names[i] as string);
      writeValue(w, value);
    });
  }
  if (pageSize !== undefined) w.int(pageSize);
  if (pagingState !== undefined) w.bytes(pagingState);
  if (serialConsistency !== undefined) w.short(consistencyCode(serialConsistency));
  if (timestamp !== undefined) w.long(timestamp);
  if (keyspace !== undefined) w.string(keyspace);
  if (nowInSeconds !== undefined) w.int(nowInSeconds);
}

function writeValue(w: WireWriter, value: RawValue): void {
  if (value === 'unset') w.int(-2);
  else w.bytes(value);
}
