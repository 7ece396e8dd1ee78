import type { Row } from '../codecs/index.ts';
import { type CqlType, parseCqlTypeName, type UdtType } from '../protocol/index.ts';
import { textOf, textsOf } from './row-values.ts';

/** Types may be nested so deep; a server could otherwise exhaust the stack. */
const MAX_DEPTH = 64;

/** The user-defined types of one keyspace. Each is resolved, with the types of its fields, when it is first asked for. */
export class UserTypes {
  readonly #keyspace: string;
  readonly #rows = new Map<string, Row>();
  readonly #resolved = new Map<string, UdtType>();
  /** Types whose fields are being resolved, each within the one before. */
  readonly #open = new Set<string>();

  constructor(keyspace: string, rows: readonly Row[]) {
    this.#keyspace = keyspace;
    for (const row of rows) this.#rows.set(textOf(row, 'type_name'), row);
  }

  /** A type by its name; undefined when there is none, or where it is nested too deep or within itself. */
  get(name: string): UdtType | undefined {
    const known = this.#resolved.get(name);
    const row = this.#rows.get(name);
    if (known !== undefined || row === undefined || this.#open.has(name) || this.#open.size >= MAX_DEPTH) return known;
    this.#open.add(name);
    const names = textsOf(row, 'field_names');
    const types = textsOf(row, 'field_types');
    const fields = names.map((field, index) => Object.freeze({ name: field, type: this.parse(types[index] ?? '') }));
    this.#open.delete(name);
    const type: UdtType = Object.freeze({
      kind: 'udt',
      keyspace: this.#keyspace,
      name,
      fields: Object.freeze(fields),
      frozen: false,
    });
    this.#resolved.set(name, type);
    return type;
  }

  /** All types by name. */
  all(): ReadonlyMap<string, UdtType> {
    return new Map([...this.#rows.keys()].map((name) => [name, this.get(name) as UdtType]));
  }

  /** A type by its CQL text. What cannot be understood becomes a custom type: a table is not unusable for one odd column. */
  parse(text: string): CqlType {
    try {
      return parseCqlTypeName(text, (name) => this.get(name));
    } catch {
      return Object.freeze({ kind: 'custom', className: text });
    }
  }
}
