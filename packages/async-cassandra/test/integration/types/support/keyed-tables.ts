import type { CqlType } from 'async-cassandra';
import { fc } from '../../../support/fast-check.ts';
import { columnKinds } from './boundary-values.ts';
import { cqlText } from './random-table.ts';
import { keyType } from './random-types.ts';
import { valueOf } from './random-values.ts';

/** A table with a partition key of certain types, and keys for it. */
export interface KeyedTable {
  readonly name: string;
  /** What the key is like, for messages. */
  readonly keyTypes: string;
  /** Statements that make the table, and the user-defined types that it needs. */
  readonly schema: readonly string[];
  /** `c` is a clustering column, `n` a regular one; markers are in another order than the key's columns. */
  readonly insert: string;
  readonly select: string;
  readonly keys: readonly (readonly unknown[])[];
}

const int: CqlType = { kind: 'int' };
const text: CqlType = { kind: 'text' };
const uuid: CqlType = { kind: 'uuid' };
const point: CqlType = udt('point', { x: { kind: 'double' }, label: text });
const tuple: CqlType = { kind: 'tuple', elements: [int, text, { kind: 'timestamp' }] };

/** Partition keys that applications have: of one native type, of one nested type, of several columns. */
const usual: readonly (readonly CqlType[])[] = [
  ...columnKinds.filter((kind) => kind !== 'duration').map((kind): CqlType[] => [{ kind }]),
  [{ kind: 'list', element: int, frozen: true }],
  [{ kind: 'set', element: text, frozen: true }],
  [{ kind: 'map', key: text, value: { kind: 'bigint' }, frozen: true }],
  [{ kind: 'list', element: { kind: 'set', element: uuid, frozen: true }, frozen: true }],
  [{ kind: 'vector', element: { kind: 'float' }, dimension: 3 }],
  [{ kind: 'vector', element: text, dimension: 2 }],
  [tuple],
  [point],
  [udt('nested', { at: point, tags: { kind: 'map', key: int, value: tuple, frozen: true } })],
  [int, text],
  [uuid, { kind: 'date' }, { kind: 'blob' }],
  [text, text, text, text],
  [{ kind: 'varint' }, { kind: 'decimal' }, { kind: 'inet' }],
  [point, tuple, { kind: 'list', element: int, frozen: true }],
];

/** Tables for all usual partition keys, and for some random ones of up to four columns. */
export function keyedTables(keysOfEach: number, randomTables: number, seed: number): readonly KeyedTable[] {
  const randomKey = fc.array(keyType({ depth: 2, vectorsOf: 'any' }), { minLength: 1, maxLength: 4 });
  const random = fc.sample(randomKey, { seed, numRuns: randomTables });
  return [...usual, ...random].map((types, i) => keyedTable(`t${i}`, types, keysOfEach, seed + i));
}

function keyedTable(name: string, types: readonly CqlType[], keys: number, seed: number): KeyedTable {
  const userTypes: string[] = [];
  const named = types.map((type) => nameUserTypes(type, name, userTypes));
  // Case-sensitive names: bound values are found by position, or by exactly this name.
  const columns = named.map((type, i) => ({ name: `"K${i}"`, type: cqlText(type) }));
  const reversed = [...columns].reverse();
  const all = fc.tuple(...types.map((type) => valueOf(type, { minElements: 0, nullComponents: true })));
  // The server refuses a partition key of no bytes at all.
  const isUsable = (values: readonly unknown[]): boolean => values.length > 1 || !isEmpty(values[0]);
  return {
    name,
    keyTypes: columns.map(({ type }) => type).join(' + '),
    schema: [
      ...userTypes,
      `CREATE TABLE ${name} (${columns.map((each) => `${each.name} ${each.type}, `).join('')}c int, n int,
        PRIMARY KEY ((${columns.map((each) => each.name).join(', ')}), c))`,
    ],
    insert: `INSERT INTO ${name} (n, c, ${reversed.map((each) => each.name).join(', ')})
      VALUES (?, ?, ${reversed.map(() => '?').join(', ')})`,
    select: `SELECT n FROM ${name} WHERE ${reversed.map((each) => `${each.name} = ?`).join(' AND ')}`,
    keys: fc.sample(all.filter(isUsable), { seed, numRuns: keys }),
  };
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'string' || Buffer.isBuffer(value) ? value.length === 0 : false;
}

function udt(name: string, fields: Readonly<Record<string, CqlType>>): CqlType {
  const list = Object.entries(fields).map(([field, type]) => ({ name: field, type }));
  return { kind: 'udt', keyspace: '', name, fields: list, frozen: true };
}

/** Gives user-defined types names of their own, and collects the statements that make them, inner ones first. */
function nameUserTypes(type: CqlType, prefix: string, statements: string[]): CqlType {
  const inner = (each: CqlType): CqlType => nameUserTypes(each, prefix, statements);
  switch (type.kind) {
    case 'list':
    case 'set':
    case 'vector':
      return { ...type, element: inner(type.element) };
    case 'map':
      return { ...type, key: inner(type.key), value: inner(type.value) };
    case 'tuple':
      return { ...type, elements: type.elements.map(inner) };
    case 'udt': {
      const fields = type.fields.map((field) => ({ name: field.name, type: inner(field.type) }));
      const name = `${prefix}_type${statements.length}`;
      const columns = fields.map((field) => `${field.name} ${cqlText(field.type)}`);
      statements.push(`CREATE TYPE ${name} (${columns.join(', ')})`);
      return { ...type, name, fields };
    }
    default:
      return type;
  }
}
