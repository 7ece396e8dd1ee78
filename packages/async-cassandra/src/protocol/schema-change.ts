import { ProtocolError } from '../errors/index.ts';
import type { ByteReader } from './byte-reader.ts';

const changeTypes = new Set(['CREATED', 'UPDATED', 'DROPPED']);

/** What happened to a part of the schema. */
export type SchemaChangeType = 'CREATED' | 'UPDATED' | 'DROPPED';

/** The kind of part that changed. */
export type SchemaChangeTarget = 'KEYSPACE' | 'TABLE' | 'TYPE' | 'FUNCTION' | 'AGGREGATE';

/** A change of the schema, told by a result or an event. */
export interface SchemaChange {
  readonly changeType: SchemaChangeType;
  readonly target: SchemaChangeTarget;
  readonly keyspace: string;
  /** Name of the table, type, function or aggregate; absent for a keyspace. */
  readonly name?: string;
  /** CQL types of the arguments of a function or aggregate. */
  readonly argumentTypes?: string[];
}

/**
 * Reads `<change_type><target><options>` (native protocol specification v5, section 4.2.6).
 * @throws ProtocolError when there is no such change or target
 */
export function readSchemaChange(r: ByteReader): SchemaChange {
  const changeType = r.readString();
  if (!isChangeType(changeType)) throw unknown('change', changeType);
  const target = r.readString();
  switch (target) {
    case 'KEYSPACE':
      return { changeType, target, keyspace: r.readString() };
    case 'TABLE':
    case 'TYPE': {
      const keyspace = r.readString();
      return { changeType, target, keyspace, name: r.readString() };
    }
    case 'FUNCTION':
    case 'AGGREGATE': {
      const keyspace = r.readString();
      const name = r.readString();
      return { changeType, target, keyspace, name, argumentTypes: r.readStringList() };
    }
    default:
      throw unknown('target', target);
  }
}

function isChangeType(text: string): text is SchemaChangeType {
  return changeTypes.has(text);
}

function unknown(what: string, text: string): ProtocolError {
  return new ProtocolError(
    `The server sent a schema change whose ${what} is "${text.slice(0, 40)}", check its version`,
  );
}
