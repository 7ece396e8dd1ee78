import { ProtocolError } from '../errors/index.ts';
import type { ByteReader } from './byte-reader.ts';

/** Kinds of RESULT (native protocol specification v5, section 4.2.5). */
export const ResultKind = { VOID: 1, ROWS: 2, SET_KEYSPACE: 3, PREPARED: 4, SCHEMA_CHANGE: 5 } as const;

/** One of the kinds of RESULT. */
export type ResultKind = (typeof ResultKind)[keyof typeof ResultKind];

/**
 * Reads the kind that a RESULT begins with; Void ends there.
 * @throws ProtocolError when there is no such kind
 */
export function readResultKind(r: ByteReader): ResultKind {
  const kind = r.readInt();
  if (kind < ResultKind.VOID || kind > ResultKind.SCHEMA_CHANGE) {
    throw new ProtocolError(
      `The server sent a result of kind ${kind}, which protocol versions 4 and 5 do not have, check its version`,
    );
  }
  return kind as ResultKind;
}

/** Reads the rest of a Set_keyspace result: the keyspace (section 4.2.5.3). */
export function readSetKeyspace(r: ByteReader): string {
  return r.readString();
}
