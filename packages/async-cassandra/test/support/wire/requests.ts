import { opcodes, queryFlags } from './constants.ts';
import type { WireReader } from './wire-reader.ts';
import type { RawValue } from './wire-reader.ts';

/** <query_parameters> of spec v5 section 4.1.4; what was absent is undefined. */
export interface DecodedParameters {
  readonly consistency: number;
  readonly flags: number;
  readonly values: readonly RawValue[];
  readonly names: readonly string[] | undefined;
  readonly skipMetadata: boolean;
  readonly pageSize: number | undefined;
  readonly pagingState: Buffer | null | undefined;
  readonly serialConsistency: number | undefined;
  readonly timestamp: bigint | undefined;
  readonly keyspace: string | undefined;
  readonly nowInSeconds: number | undefined;
}

export interface DecodedBatchMember {
  readonly cql: string | undefined;
  readonly id: Buffer | undefined;
  readonly values: readonly RawValue[];
}

export interface DecodedBatch {
  readonly type: 'logged' | 'unlogged' | 'counter';
  readonly members: readonly DecodedBatchMember[];
  readonly parameters: DecodedParameters;
}

/** Every request of the protocol, by opcode. */
export type DecodedRequest =
  | { readonly opcode: typeof opcodes.STARTUP; readonly options: ReadonlyMap<string, string> }
  | { readonly opcode: typeof opcodes.OPTIONS }
  | { readonly opcode: typeof opcodes.AUTH_RESPONSE; readonly token: Buffer | null }
  | { readonly opcode: typeof opcodes.QUERY; readonly cql: string; readonly parameters: DecodedParameters }
  | { readonly opcode: typeof opcodes.PREPARE; readonly cql: string; readonly keyspace: string | undefined }
  | {
      readonly opcode: typeof opcodes.EXECUTE;
      readonly id: Buffer;
      readonly resultMetadataId: Buffer | undefined;
      readonly parameters: DecodedParameters;
    }
  | { readonly opcode: typeof opcodes.REGISTER; readonly eventTypes: readonly string[] }
  | { readonly opcode: typeof opcodes.BATCH; readonly batch: DecodedBatch };

/**
 * Decodes a request's message (the body after any custom payload). Strict: bytes left over are an error, so that a
 * client that writes too much is found out.
 */
export function decodeRequest(version: number, opcode: number, r: WireReader): DecodedRequest {
  const request = readRequest(version, opcode, r);
  if (r.remaining !== 0) throw new Error(`${r.remaining} bytes too many in a request with opcode ${opcode}`);
  return request;
}

function readRequest(version: number, opcode: number, r: WireReader): DecodedRequest {
  switch (opcode) {
    case opcodes.STARTUP:
      return { opcode, options: r.stringMap() };
    case opcodes.OPTIONS:
      return { opcode };
    case opcodes.AUTH_RESPONSE:
      return { opcode, token: r.bytes() };
    case opcodes.QUERY:
      return { opcode, cql: r.longString(), parameters: readParameters(version, r) };
    case opcodes.PREPARE: {
      const cql = r.longString();
      const flags = version >= 5 ? r.int() : 0;
      if ((flags & ~1) !== 0) throw new Error(`Unknown PREPARE flags ${flags}`);
      return { opcode, cql, keyspace: flags === 1 ? r.string() : undefined };
    }
    case opcodes.EXECUTE: {
      const id = r.shortBytes();
      const resultMetadataId = version >= 5 ? r.shortBytes() : undefined;
      return { opcode, id, resultMetadataId, parameters: readParameters(version, r) };
    }
    case opcodes.REGISTER:
      return { opcode, eventTypes: r.stringList() };
    case opcodes.BATCH:
      return { opcode, batch: readBatch(version, r) };
    default:
      throw new Error(`Not a request opcode: ${opcode}`);
  }
}

function readParameters(version: number, r: WireReader): DecodedParameters {
  const consistency = r.short();
  const flags = readFlags(version, r);
  let values: RawValue[] = [];
  let names: string[] | undefined;
  if ((flags & queryFlags.VALUES) !== 0) {
    const count = r.short();
    if ((flags & queryFlags.NAMES) !== 0) names = [];
    values = [];
    for (let i = 0; i < count; i++) {
      names?.push(r.string());
      values.push(readValue(version, r));
    }
  }
  // An object literal's fields are read in this order, which is the order on the wire.
  return {
    consistency,
    flags,
    values,
    names,
    skipMetadata: (flags & queryFlags.SKIP_METADATA) !== 0,
    pageSize: (flags & queryFlags.PAGE_SIZE) !== 0 ? r.int() : undefined,
    pagingState: (flags & queryFlags.PAGING_STATE) !== 0 ? r.bytes() : undefined,
    serialConsistency: (flags & queryFlags.SERIAL_CONSISTENCY) !== 0 ? r.short() : undefined,
    timestamp: (flags & queryFlags.TIMESTAMP) !== 0 ? r.long() : undefined,
    keyspace: (flags & queryFlags.KEYSPACE) !== 0 ? r.string() : undefined,
    nowInSeconds: (flags & queryFlags.NOW_IN_SECONDS) !== 0 ? r.int() : undefined,
  };
}

function readFlags(version: number, r: WireReader): number {
  const flags = version >= 5 ? r.int() : r.byte();
  const known = version >= 5 ? 0x1ff : 0x7f;
  if ((flags & ~known) !== 0) throw new Error(`Flags 0x${flags.toString(16)} are not known in v${version}`);
  return flags;
}

function readValue(version: number, r: WireReader): RawValue {
  const value = r.value();
  if (value === 'unset' && version < 4) throw new Error('v3 has no unset value');
  return value;
}

const batchTypes = ['logged', 'unlogged', 'counter'] as const;

function readBatch(version: number, r: WireReader): DecodedBatch {
  const type = batchTypes[r.byte()];
  if (type === undefined) throw new Error('Unknown batch type');
  const count = r.short();
  const members: DecodedBatchMember[] = [];
  for (let i = 0; i < count; i++) {
    const kind = r.byte();
    if (kind > 1) throw new Error(`Unknown kind of batch member: ${kind}`);
    const cql = kind === 0 ? r.longString() : undefined;
    const id = kind === 1 ? r.shortBytes() : undefined;
    const values: RawValue[] = [];
    for (let left = r.short(); left > 0; left--) values.push(readValue(version, r));
    members.push({ cql, id, values });
  }
  const consistency = r.short();
  const flags = readFlags(version, r);
  if ((flags & 0x4f) !== 0) throw new Error(`Flags 0x${flags.toString(16)} mean nothing in a batch`);
  const parameters: DecodedParameters = {
    consistency,
    flags,
    values: [],
    names: undefined,
    skipMetadata: false,
    pageSize: undefined,
    pagingState: undefined,
    serialConsistency: (flags & queryFlags.SERIAL_CONSISTENCY) !== 0 ? r.short() : undefined,
    timestamp: (flags & queryFlags.TIMESTAMP) !== 0 ? r.long() : undefined,
    keyspace: (flags & queryFlags.KEYSPACE) !== 0 ? r.string() : undefined,
    nowInSeconds: (flags & queryFlags.NOW_IN_SECONDS) !== 0 ? r.int() : undefined,
  };
  return { type, members, parameters };
}
