import { consistencyCode, envelopeFlags, errorCodes } from './constants.ts';
import type { ConsistencyName, ErrorName } from './constants.ts';
import { writeSchemaChange } from './results.ts';
import type { SchemaChange } from './results.ts';
import { WireWriter } from './wire-writer.ts';

/** Fields of the errors that have some (spec v5 section 8); all have defaults. */
export interface ErrorFields {
  readonly message?: string;
  readonly consistency?: ConsistencyName;
  readonly required?: number;
  readonly alive?: number;
  readonly received?: number;
  readonly blockFor?: number;
  readonly dataPresent?: boolean;
  readonly writeType?: string;
  /** v5, write type CAS only. */
  readonly contentions?: number;
  /** Replica address -> failure code; v3 and v4 send only how many there are. */
  readonly failures?: Readonly<Record<string, number>>;
  readonly keyspace?: string;
  readonly table?: string;
  readonly functionName?: string;
  readonly argumentTypes?: readonly string[];
  readonly id?: Uint8Array;
}

/** Body of an ERROR; `name` may be a bare code, for errors that no specification knows. */
export function encodeError(version: number, name: ErrorName | number, fields: ErrorFields = {}): Buffer {
  const code = typeof name === 'number' ? name : errorCodes[name];
  const w = new WireWriter().int(code).string(fields.message ?? `scripted ${name}`);
  const consistency = consistencyCode(fields.consistency ?? 'LOCAL_QUORUM');
  const counts = (): void => {
    w.short(consistency)
      .int(fields.received ?? 1)
      .int(fields.blockFor ?? 2);
  };
  switch (code) {
    case errorCodes.unavailable:
      w.short(consistency)
        .int(fields.required ?? 2)
        .int(fields.alive ?? 1);
      break;
    case errorCodes.writeTimeout:
      counts();
      w.string(fields.writeType ?? 'SIMPLE');
      if (version >= 5 && fields.writeType === 'CAS') w.short(fields.contentions ?? 1);
      break;
    case errorCodes.readTimeout:
      counts();
      w.byte(fields.dataPresent === true ? 1 : 0);
      break;
    case errorCodes.readFailure:
      counts();
      writeFailures(w, version, fields.failures);
      w.byte(fields.dataPresent === true ? 1 : 0);
      break;
    case errorCodes.writeFailure:
      counts();
      writeFailures(w, version, fields.failures);
      w.string(fields.writeType ?? 'SIMPLE');
      break;
    case errorCodes.casWriteUnknown:
      counts();
      break;
    case errorCodes.functionFailure:
      w.string(fields.keyspace ?? 'ks')
        .string(fields.functionName ?? 'fn')
        .stringList(fields.argumentTypes ?? []);
      break;
    case errorCodes.alreadyExists:
      w.string(fields.keyspace ?? 'ks').string(fields.table ?? '');
      break;
    case errorCodes.unprepared:
      w.shortBytes(fields.id ?? Buffer.alloc(16));
      break;
    default:
  }
  return w.finish();
}

function writeFailures(
  w: WireWriter,
  version: number,
  failures: Readonly<Record<string, number>> = { '127.0.0.2': 0 },
): void {
  const entries = Object.entries(failures);
  w.int(entries.length);
  if (version < 5) return;
  for (const [address, code] of entries) w.inetAddr(address).short(code);
}

export function encodeSupported(options: Readonly<Record<string, readonly string[]>>): Buffer {
  return new WireWriter().stringMultimap(options).finish();
}

export function encodeAuthenticate(authenticator: string): Buffer {
  return new WireWriter().string(authenticator).finish();
}

/** Body of AUTH_CHALLENGE and AUTH_SUCCESS alike. */
export function encodeAuthToken(token: Uint8Array | null): Buffer {
  return new WireWriter().bytes(token).finish();
}

export type ServerEvent =
  | {
      readonly type: 'TOPOLOGY_CHANGE';
      readonly change: 'NEW_NODE' | 'REMOVED_NODE' | 'MOVED_NODE';
      readonly address: string;
      readonly port: number;
    }
  | { readonly type: 'STATUS_CHANGE'; readonly change: 'UP' | 'DOWN'; readonly address: string; readonly port: number }
  | ({ readonly type: 'SCHEMA_CHANGE' } & SchemaChange);

export function encodeEvent(event: ServerEvent): Buffer {
  const w = new WireWriter().string(event.type);
  if (event.type === 'SCHEMA_CHANGE') writeSchemaChange(w, event);
  else w.string(event.change).inet(event.address, event.port);
  return w.finish();
}

/** What may come before any response's message (spec v5 section 4). */
export interface Preamble {
  readonly traceId?: string | undefined;
  readonly warnings?: readonly string[] | undefined;
  readonly customPayload?: Readonly<Record<string, Uint8Array | null>> | undefined;
}

export function encodePreamble(preamble: Preamble): { flags: number; bytes: Buffer } {
  const w = new WireWriter();
  let flags = 0;
  if (preamble.traceId !== undefined) {
    flags |= envelopeFlags.TRACING;
    w.uuid(preamble.traceId);
  }
  if (preamble.warnings !== undefined) {
    flags |= envelopeFlags.WARNING;
    w.stringList(preamble.warnings);
  }
  if (preamble.customPayload !== undefined) {
    flags |= envelopeFlags.CUSTOM_PAYLOAD;
    w.bytesMap(preamble.customPayload);
  }
  return { flags, bytes: w.finish() };
}
