import type { Row } from '../codecs/index.ts';
import type { UdtType } from '../protocol/index.ts';
import { type AggregateMetadata, type FunctionMetadata, readAggregate, readFunction } from './function-metadata.ts';
import { parseReplication, type Replication } from './replication.ts';
import { textMapOf, textOf } from './row-values.ts';
import { LazyMap } from './lazy-map.ts';
import type { KeyspaceRows } from './schema-rows.ts';
import { TableMetadata, ViewMetadata } from './table-metadata.ts';
import { UserTypes } from './user-types.ts';

/**
 * A keyspace and what is in it, as the schema tables describe it. Immutable; made from rows that are read only when something is
 * asked for, and of tables only those that are, so that thousands of tables cost nothing until then.
 */
export class KeyspaceMetadata {
  readonly name: string;
  readonly isVirtual: boolean;
  /** Whether writes go through the commit log; true when that is not known. */
  readonly hasDurableWrites: boolean;
  readonly replication: Replication;
  /** The `replication` column as it was read. */
  readonly replicationOptions: ReadonlyMap<string, string>;
  /** False when no more than the replication was read: what is in the keyspace is not known then, and looks empty. */
  readonly isComplete: boolean;
  /** @internal */
  readonly rows: KeyspaceRows;
  readonly #types: UserTypes;
  #tables: ReadonlyMap<string, TableMetadata> | undefined;
  #views: ReadonlyMap<string, ViewMetadata> | undefined;
  #functions: ReadonlyMap<string, FunctionMetadata> | undefined;
  #aggregates: ReadonlyMap<string, AggregateMetadata> | undefined;

  /** @internal */
  constructor(rows: KeyspaceRows, kind: { readonly isVirtual: boolean; readonly isComplete: boolean }) {
    this.name = textOf(rows.keyspace, 'keyspace_name');
    this.isVirtual = kind.isVirtual;
    this.isComplete = kind.isComplete;
    this.hasDurableWrites = rows.keyspace['durable_writes'] !== false;
    this.replicationOptions = textMapOf(rows.keyspace, 'replication');
    this.replication = parseReplication(this.replicationOptions);
    this.rows = rows;
    this.#types = new UserTypes(this.name, rows.types);
  }

  /** Tables by name, without views. */
  get tables(): ReadonlyMap<string, TableMetadata> {
    this.#tables ??= new LazyMap(this.rows.tables, (rows) => new TableMetadata(rows, this.#types, this.isVirtual));
    return this.#tables;
  }

  /** Materialised views by name. */
  get views(): ReadonlyMap<string, ViewMetadata> {
    this.#views ??= new LazyMap(this.rows.views, (rows) => new ViewMetadata(rows, this.#types));
    return this.#views;
  }

  /** User-defined types by name. */
  get types(): ReadonlyMap<string, UdtType> {
    return this.#types.all();
  }

  /** User-defined functions by signature, `name(int, text)`. */
  get functions(): ReadonlyMap<string, FunctionMetadata> {
    this.#functions ??= this.#signatures('functions', (row) => readFunction(row, this.#types));
    return this.#functions;
  }

  /** User-defined aggregates by signature, `name(int)`. */
  get aggregates(): ReadonlyMap<string, AggregateMetadata> {
    this.#aggregates ??= this.#signatures('aggregates', (row) => readAggregate(row, this.#types));
    return this.#aggregates;
  }

  #signatures<S extends { readonly signature: string }>(
    table: 'functions' | 'aggregates',
    read: (row: Row) => S,
  ): Map<string, S> {
    return new Map(this.rows[table].map(read).map((item) => [item.signature, item]));
  }
}
