import { InvalidValueError } from '../errors/index.ts';
import type { ByteWriter } from './byte-writer.ts';
import type { ProtocolVersion } from './protocol-version.ts';
import { MAX_SHORT_COUNT, needsVersion5, QueryFlag, tooManyValues, type ValueWriter } from './query-parameters.ts';

/** Kinds of batch on the wire. */
export const BatchType = { LOGGED: 0, UNLOGGED: 1, COUNTER: 2 } as const;

/** One statement of a batch, by its text or by the id of its preparation, and its values. */
export type BatchRequestStatement = (
  | { readonly cql: string; readonly id?: undefined }
  | { readonly id: Buffer; readonly cql?: undefined }
) & {
  readonly values: ValueWriter | null;
  readonly bound: readonly unknown[];
};

/** What a BATCH request says; absent is undefined. */
export interface BatchRequest {
  readonly type: 0 | 1 | 2;
  readonly statements: readonly BatchRequestStatement[];
  /** Code of the consistency level. */
  readonly consistency: number;
  readonly serialConsistency: number | undefined;
  /** Default write timestamp, in microseconds. */
  readonly timestamp: bigint | undefined;
  /** v5 only. */
  readonly keyspace: string | undefined;
  /** v5 only. */
  readonly nowInSeconds: number | undefined;
}

const KIND_TEXT = 0;
const KIND_PREPARED = 1;

/**
 * Writes the body of BATCH: `<type><n><query_1>...<query_n><consistency><flags>[<serial_consistency>][<timestamp>]
 * [<keyspace>][<now_in_seconds>]`; flags are a [byte] in v4 and an [int] in v5 (section 4.1.7).
 * @throws InvalidValueError when there are more than 65,535 statements, or values in one of them
 * @throws ConfigurationError when a v5 option is given and the version is 4
 */
export function writeBatch(w: ByteWriter, version: ProtocolVersion, batch: BatchRequest): void {
  const { statements } = batch;
  if (statements.length > MAX_SHORT_COUNT) {
    throw new InvalidValueError(
      `A batch has ${statements.length} statements and the protocol allows ${MAX_SHORT_COUNT}, split it`,
    );
  }
  w.writeByte(batch.type);
  w.writeShort(statements.length);
  for (const statement of statements) writeStatement(w, statement);
  w.writeShort(batch.consistency);
  writeOptions(w, version, batch);
}

/** `<kind><string_or_id><n><value_1>...<value_n>` */
function writeStatement(w: ByteWriter, statement: BatchRequestStatement): void {
  if (statement.id === undefined) {
    w.writeByte(KIND_TEXT);
    w.writeLongString(statement.cql);
  } else {
    w.writeByte(KIND_PREPARED);
    w.writeShortBytes(statement.id);
  }
  const { values } = statement;
  if (values === null) {
    w.writeShort(0);
    return;
  }
  if (values.count > MAX_SHORT_COUNT) throw tooManyValues(values.count);
  w.writeShort(values.count);
  values.write(w, statement.bound);
}

function writeOptions(w: ByteWriter, version: ProtocolVersion, batch: BatchRequest): void {
  const { serialConsistency, timestamp, keyspace, nowInSeconds } = batch;
  let flags = 0;
  if (serialConsistency !== undefined) flags |= QueryFlag.SERIAL_CONSISTENCY;
  if (timestamp !== undefined) flags |= QueryFlag.TIMESTAMP;
  if (keyspace !== undefined) flags |= QueryFlag.KEYSPACE;
  if (nowInSeconds !== undefined) flags |= QueryFlag.NOW_IN_SECONDS;
  if (version === 5) {
    w.writeInt(flags);
  } else {
    if (flags >= QueryFlag.KEYSPACE) throw needsVersion5(flags);
    w.writeByte(flags);
  }
  if (serialConsistency !== undefined) w.writeShort(serialConsistency);
  if (timestamp !== undefined) w.writeLong(timestamp);
  if (keyspace !== undefined) w.writeString(keyspace);
  if (nowInSeconds !== undefined) w.writeInt(nowInSeconds);
}
