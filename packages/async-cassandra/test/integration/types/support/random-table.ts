import { inspect } from 'node:util';
import { type AsyncCassandraSession, type CqlType, type Row, unset } from 'async-cassandra';
import { fc } from '../../../support/fast-check.ts';
import { executeAll, uniqueName } from '../../support/test-cluster.ts';
import { columnType, type TypeShape } from './random-types.ts';
import { storedValue } from './stored-value.ts';
import { valueOf, type ValueShape } from './random-values.ts';

/** What random tables are to be like. */
export interface TableShape extends TypeShape, ValueShape {
  readonly columns: number;
  readonly rows: number;
  /** Values that are not bound, besides null. */
  readonly unsetValues?: boolean;
}

/** A table with columns of random types, and rows for it; the key of a row is its index. */
export class RandomTable {
  readonly name: string;
  readonly columns: readonly RandomColumn[];
  readonly rows: readonly (readonly unknown[])[];
  readonly #types: CqlType[] = [];

  constructor(keyspace: string, types: readonly CqlType[], rows: readonly (readonly unknown[])[]) {
    this.name = uniqueName('t');
    this.columns = types.map((type, i) => ({ name: `c${i}`, type: this.#named(keyspace, type) }));
    this.rows = rows;
  }

  get insert(): string {
    const names = this.columns.map(({ name }) => name);
    return `INSERT INTO ${this.name} (id, ${names.join(', ')}) VALUES (?, ${names.map(() => '?').join(', ')})`;
  }

  get selectOne(): string {
    return `SELECT ${this.columns.map(({ name }) => name).join(', ')} FROM ${this.name} WHERE id = ?`;
  }

  get selectAll(): string {
    return `SELECT * FROM ${this.name}`;
  }

  /** Makes the table and its user-defined types in the session's keyspace. */
  async create(
    session: AsyncCassandraSession,
    names: readonly string[] = this.columns.map(({ name }) => name),
    end = 'PRIMARY KEY (id))',
  ): Promise<void> {
    const columns = this.columns.map(({ type }, i) => `${names[i]} ${cqlText(type)}`);
    await executeAll(session, [
      ...this.#types.map(createType),
      `CREATE TABLE ${this.name} (id int, ${columns.join(', ')}, ${end}`,
    ]);
  }

  /** The values that a row of this table must have when it is read. */
  expected(id: number): Row {
    const values = this.rows[id] as readonly unknown[];
    return Object.fromEntries(this.columns.map(({ name, type }, i) => [name, storedValue(type, values[i])]));
  }

  /** Fast-check prints this and not all of the values. */
  [fc.toStringMethod](): string {
    return inspect({ types: this.#types.map(createType), columns: this.columns.map(({ type }) => cqlText(type)) });
  }

  /** Gives user-defined types names of their own, and remembers them, inner ones first. */
  #named(keyspace: string, type: CqlType): CqlType {
    switch (type.kind) {
      case 'list':
      case 'set':
      case 'vector':
        return { ...type, element: this.#named(keyspace, type.element) };
      case 'map':
        return { ...type, key: this.#named(keyspace, type.key), value: this.#named(keyspace, type.value) };
      case 'tuple':
        return { ...type, elements: type.elements.map((element) => this.#named(keyspace, element)) };
      case 'udt': {
        const fields = type.fields.map((field) => ({ name: field.name, type: this.#named(keyspace, field.type) }));
        const named: CqlType = { ...type, keyspace, name: `${this.name}_${this.#types.length}`, fields };
        this.#types.push(named);
        return named;
      }
      default:
        return type;
    }
  }
}

export interface RandomColumn {
  readonly name: string;
  readonly type: CqlType;
}

/** Tables for a keyspace. */
export function randomTable(keyspace: string, shape: TableShape): fc.Arbitrary<RandomTable> {
  const types = fc.array(columnType(shape), { minLength: shape.columns, maxLength: shape.columns });
  return types.chain((all) => {
    const values = all.map((type) => cell(type, shape));
    const rows = fc.array(fc.tuple(...values), { minLength: shape.rows, maxLength: shape.rows });
    return rows.map((made) => new RandomTable(keyspace, all, made));
  });
}

function cell(type: CqlType, shape: TableShape): fc.Arbitrary<unknown> {
  const absent = shape.unsetValues === true ? [fc.constant(null), fc.constant(unset)] : [fc.constant(null)];
  return fc.oneof({ weight: 10, arbitrary: valueOf(type, shape) }, ...absent);
}

/** A type as CQL writes it. */
export function cqlText(type: CqlType): string {
  switch (type.kind) {
    case 'list':
    case 'set':
      return frozen(type.frozen, `${type.kind}<${cqlText(type.element)}>`);
    case 'map':
      return frozen(type.frozen, `map<${cqlText(type.key)}, ${cqlText(type.value)}>`);
    case 'tuple':
      return `frozen<tuple<${type.elements.map(cqlText).join(', ')}>>`;
    case 'udt':
      return frozen(type.frozen, type.name);
    case 'vector':
      return `vector<${cqlText(type.element)}, ${type.dimension}>`;
    case 'custom':
      return `'${type.className}'`;
    default:
      return type.kind;
  }
}

/** A name as CQL writes it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function createType(type: CqlType): string {
  if (type.kind !== 'udt') throw new Error('Only user-defined types are created');
  const fields = type.fields.map((field) => `${quoted(field.name)} ${cqlText(field.type)}`);
  return `CREATE TYPE ${type.name} (${fields.join(', ')})`;
}

function frozen(isFrozen: boolean, text: string): string {
  return isFrozen ? `frozen<${text}>` : text;
}
