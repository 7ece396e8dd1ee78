/** Names of the CQL types that have no parameters. `varchar` is `text`. */
export type NativeTypeName =
  | 'ascii'
  | 'bigint'
  | 'blob'
  | 'boolean'
  | 'counter'
  | 'date'
  | 'decimal'
  | 'double'
  | 'duration'
  | 'float'
  | 'inet'
  | 'int'
  | 'smallint'
  | 'text'
  | 'time'
  | 'timestamp'
  | 'timeuuid'
  | 'tinyint'
  | 'uuid'
  | 'varint';

/** A type without parameters. */
export interface NativeType {
  readonly kind: NativeTypeName;
}

/** A list or set. `frozen` is known from schema tables and class names only: the wire does not tell it. */
export interface CollectionType {
  readonly kind: 'list' | 'set';
  readonly element: CqlType;
  readonly frozen: boolean;
}

/** A map. */
export interface MapType {
  readonly kind: 'map';
  readonly key: CqlType;
  readonly value: CqlType;
  readonly frozen: boolean;
}

/** A tuple. */
export interface TupleType {
  readonly kind: 'tuple';
  readonly elements: readonly CqlType[];
}

/** One field of a user-defined type. */
export interface UdtField {
  readonly name: string;
  readonly type: CqlType;
}

/** A user-defined type. */
export interface UdtType {
  readonly kind: 'udt';
  readonly keyspace: string;
  readonly name: string;
  readonly fields: readonly UdtField[];
  readonly frozen: boolean;
}

/** A vector of a fixed number of elements. */
export interface VectorType {
  readonly kind: 'vector';
  readonly element: CqlType;
  readonly dimension: number;
}

/** A type that only the server knows, by the name of its Java class. */
export interface CustomType {
  readonly kind: 'custom';
  readonly className: string;
}

/** A CQL type; `kind` tells which. */
export type CqlType = NativeType | CollectionType | MapType | TupleType | UdtType | VectorType | CustomType;

/**
 * How deep types may be nested in what the server sends. Cassandra refuses statements long before; a hostile
 * server could otherwise exhaust the stack with a few bytes a level.
 */
export const MAX_TYPE_DEPTH = 64;

/** The one descriptor of each type without parameters. */
export const nativeTypes: { readonly [Name in NativeTypeName]: { readonly kind: Name } } = Object.freeze({
  ascii: Object.freeze({ kind: 'ascii' }),
  bigint: Object.freeze({ kind: 'bigint' }),
  blob: Object.freeze({ kind: 'blob' }),
  boolean: Object.freeze({ kind: 'boolean' }),
  counter: Object.freeze({ kind: 'counter' }),
  date: Object.freeze({ kind: 'date' }),
  decimal: Object.freeze({ kind: 'decimal' }),
  double: Object.freeze({ kind: 'double' }),
  duration: Object.freeze({ kind: 'duration' }),
  float: Object.freeze({ kind: 'float' }),
  inet: Object.freeze({ kind: 'inet' }),
  int: Object.freeze({ kind: 'int' }),
  smallint: Object.freeze({ kind: 'smallint' }),
  text: Object.freeze({ kind: 'text' }),
  time: Object.freeze({ kind: 'time' }),
  timestamp: Object.freeze({ kind: 'timestamp' }),
  timeuuid: Object.freeze({ kind: 'timeuuid' }),
  tinyint: Object.freeze({ kind: 'tinyint' }),
  uuid: Object.freeze({ kind: 'uuid' }),
  varint: Object.freeze({ kind: 'varint' }),
});

const nativeByName = new Map<string, NativeType>([...Object.entries(nativeTypes), ['varchar', nativeTypes.text]]);

/** Descriptor of a type without parameters by its lower-case CQL name, `varchar` included. */
export function nativeTypeNamed(name: string): NativeType | undefined {
  return nativeByName.get(name);
}
