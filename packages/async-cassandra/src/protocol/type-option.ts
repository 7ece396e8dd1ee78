import { ProtocolError } from '../errors/index.ts';
import type { ByteReader } from './byte-reader.ts';
import { parseClassName, tooDeep } from './class-name-parser.ts';
import { type CqlType, MAX_TYPE_DEPTH, type NativeType, nativeTypes, type UdtField } from './cql-type.ts';

/** Smallest encoding of a type: its [short] id. */
export const MIN_TYPE_OPTION_BYTES = 2;

const CUSTOM = 0x0000;
const LIST = 0x0020;
const MAP = 0x0021;
const SET = 0x0022;
const UDT = 0x0030;
const TUPLE = 0x0031;

/** Types without parameters by their option id (native protocol specification v5, section 4.2.5.2). */
const nativeById: readonly (NativeType | undefined)[] = [
  undefined,
  nativeTypes.ascii,
  nativeTypes.bigint,
  nativeTypes.blob,
  nativeTypes.boolean,
  nativeTypes.counter,
  nativeTypes.decimal,
  nativeTypes.double,
  nativeTypes.float,
  nativeTypes.int,
  undefined,
  nativeTypes.timestamp,
  nativeTypes.uuid,
  nativeTypes.text,
  nativeTypes.varint,
  nativeTypes.timeuuid,
  nativeTypes.inet,
  nativeTypes.date,
  nativeTypes.time,
  nativeTypes.smallint,
  nativeTypes.tinyint,
  nativeTypes.duration,
];

/**
 * Reads a type as an [option]. Custom types whose Java class is a known one (vectors, and durations in v4) get
 * the descriptor of what they are.
 * @throws ProtocolError when the bytes end early, the id is unknown or the nesting is too deep
 */
export function readTypeOption(r: ByteReader, depth = 0): CqlType {
  const id = r.readShort();
  const native = id < nativeById.length ? nativeById[id] : undefined;
  if (native !== undefined) return native;
  if (depth >= MAX_TYPE_DEPTH) throw tooDeep();
  switch (id) {
    case CUSTOM:
      return parseClassName(r.readString(), depth);
    case LIST:
      return { kind: 'list', element: readTypeOption(r, depth + 1), frozen: false };
    case SET:
      return { kind: 'set', element: readTypeOption(r, depth + 1), frozen: false };
    case MAP: {
      const key = readTypeOption(r, depth + 1);
      return { kind: 'map', key, value: readTypeOption(r, depth + 1), frozen: false };
    }
    case UDT:
      return readUdt(r, depth);
    case TUPLE:
      return readTuple(r, depth);
    default:
      throw new ProtocolError(
        `The server sent type id 0x${id.toString(16).padStart(4, '0')}, which protocol versions 4 and 5 do not have, check its version`,
      );
  }
}

function readTuple(r: ByteReader, depth: number): CqlType {
  const count = r.readShort();
  checkCount(r, count, MIN_TYPE_OPTION_BYTES);
  const elements: CqlType[] = [];
  for (let i = 0; i < count; i++) elements.push(readTypeOption(r, depth + 1));
  return { kind: 'tuple', elements };
}

function readUdt(r: ByteReader, depth: number): CqlType {
  const keyspace = r.readString();
  const name = r.readString();
  const count = r.readShort();
  checkCount(r, count, 2 + MIN_TYPE_OPTION_BYTES);
  const fields: UdtField[] = [];
  for (let i = 0; i < count; i++) {
    const fieldName = r.readString();
    fields.push({ name: fieldName, type: readTypeOption(r, depth + 1) });
  }
  return { kind: 'udt', keyspace, name, fields, frozen: false };
}

/**
 * Refuses a count that the bytes at hand cannot hold, before anything is made of it.
 * @throws ProtocolError when fewer than `count` elements of `minimumBytes` remain, or the count is negative
 */
export function checkCount(r: ByteReader, count: number, minimumBytes: number): void {
  if (count < 0 || count * minimumBytes > r.remaining) {
    throw new ProtocolError(
      `The server announced ${count} elements in ${r.remaining} bytes, check what stands between driver and server`,
    );
  }
}
