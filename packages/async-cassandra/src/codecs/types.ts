import type { NativeTypeName } from '../protocol/index.ts';

/** The shape of `types`: every name stands for itself, `varchar` for the same type as `text`; methods make the others. */
export type TypeNames = { readonly [Name in NativeTypeName | 'varchar']: Name } & {
  list(element: string): string;
  set(element: string): string;
  map(key: string, value: string): string;
  tuple(...components: readonly string[]): string;
  vector(element: string, dimension: number): string;
  frozen(type: string): string;
};

/**
 * The names of the CQL types as `hints` and codecs take them, so that an editor completes them and a compiler checks them:
 * `types.map(types.text, types.int)` is `map<text, int>`.
 */
export const types: TypeNames = Object.freeze({
  ascii: 'ascii',
  bigint: 'bigint',
  blob: 'blob',
  boolean: 'boolean',
  counter: 'counter',
  date: 'date',
  decimal: 'decimal',
  double: 'double',
  duration: 'duration',
  float: 'float',
  inet: 'inet',
  int: 'int',
  smallint: 'smallint',
  text: 'text',
  time: 'time',
  timestamp: 'timestamp',
  timeuuid: 'timeuuid',
  tinyint: 'tinyint',
  uuid: 'uuid',
  varchar: 'varchar',
  varint: 'varint',
  list: (element: string): string => `list<${element}>`,
  set: (element: string): string => `set<${element}>`,
  map: (key: string, value: string): string => `map<${key}, ${value}>`,
  tuple: (...components: readonly string[]): string => `tuple<${components.join(', ')}>`,
  vector: (element: string, dimension: number): string => `vector<${element}, ${dimension}>`,
  frozen: (type: string): string => `frozen<${type}>`,
});
