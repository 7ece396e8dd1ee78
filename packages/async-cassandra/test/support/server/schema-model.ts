import type { WireType } from '../wire/index.ts';
import { TableModel } from './table-model.ts';
import type { TableOptions } from './table-model.ts';

export type Replication = Readonly<Record<string, string>>;

export interface KeyspaceModel {
  readonly name: string;
  readonly replication: Replication;
  readonly durableWrites: boolean;
  readonly virtual: boolean;
}

export interface UserTypeModel {
  readonly keyspace: string;
  readonly name: string;
  readonly fields: Readonly<Record<string, WireType>>;
}

export interface FunctionModel {
  readonly keyspace: string;
  readonly name: string;
  /** Argument name -> CQL type. */
  readonly arguments: Readonly<Record<string, string>>;
  readonly returnType: string;
  readonly body: string;
  readonly language?: string;
  readonly calledOnNullInput?: boolean;
}

export interface AggregateModel {
  readonly keyspace: string;
  readonly name: string;
  readonly argumentTypes: readonly string[];
  readonly stateFunction: string;
  readonly stateType: string;
  readonly finalFunction?: string;
  readonly returnType: string;
  readonly initialCondition?: string;
}

export interface IndexModel {
  readonly keyspace: string;
  readonly table: string;
  readonly name: string;
  readonly kind: 'COMPOSITES' | 'KEYS' | 'CUSTOM';
  readonly options: Readonly<Record<string, string>>;
}

export interface ViewModel {
  readonly table: TableModel;
  readonly baseTable: string;
  readonly whereClause: string;
  readonly includeAllColumns: boolean;
}

const simpleStrategy = 'org.apache.cassandra.locator.SimpleStrategy';

/** Keyspaces and what is in them; `system_schema` is answered from here. Change it at any time, by its methods. */
export class SchemaModel {
  /** Grows with every change. */
  revision = 0;
  private readonly keyspacesByName: Map<string, KeyspaceModel> = new Map();
  private readonly tablesByName: Map<string, TableModel> = new Map();
  private readonly userTypes: UserTypeModel[] = [];
  private readonly userFunctions: FunctionModel[] = [];
  private readonly userAggregates: AggregateModel[] = [];
  private readonly tableIndexes: IndexModel[] = [];
  private readonly materializedViews: ViewModel[] = [];

  addKeyspace(
    name: string,
    replication: Replication = { class: simpleStrategy, replication_factor: '1' },
    virtual = false,
  ): this {
    this.keyspacesByName.set(name, { name, replication, durableWrites: true, virtual });
    return this.changed();
  }

  /** Drops the keyspace with its tables. */
  dropKeyspace(name: string): this {
    this.keyspacesByName.delete(name);
    for (const table of [...this.tables]) if (table.keyspace === name) this.dropTable(name, table.name);
    return this.changed();
  }

  /** Adds or replaces a table, and its keyspace when that is new. */
  addTable(
    keyspace: string,
    name: string,
    columns: Readonly<Record<string, WireType>>,
    options: TableOptions = {},
  ): TableModel {
    const table = new TableModel(keyspace, name, columns, options);
    this.tablesByName.set(`${keyspace}.${name}`, table);
    this.withKeyspace(keyspace);
    return table;
  }

  dropTable(keyspace: string, name: string): this {
    this.tablesByName.delete(`${keyspace}.${name}`);
    return this.changed();
  }

  addType(keyspace: string, name: string, fields: Readonly<Record<string, WireType>>): this {
    this.userTypes.push({ keyspace, name, fields });
    return this.withKeyspace(keyspace);
  }

  addFunction(definition: FunctionModel): this {
    this.userFunctions.push(definition);
    return this.withKeyspace(definition.keyspace);
  }

  addAggregate(definition: AggregateModel): this {
    this.userAggregates.push(definition);
    return this.withKeyspace(definition.keyspace);
  }

  addIndex(definition: IndexModel): this {
    this.tableIndexes.push(definition);
    return this.changed();
  }

  addView(definition: ViewModel): this {
    this.materializedViews.push(definition);
    return this.changed();
  }

  table(keyspace: string | undefined, name: string): TableModel | undefined {
    return this.tablesByName.get(`${keyspace}.${name}`);
  }

  hasKeyspace(name: string): boolean {
    return this.keyspacesByName.has(name);
  }

  get keyspaces(): IterableIterator<KeyspaceModel> {
    return this.keyspacesByName.values();
  }

  get tables(): IterableIterator<TableModel> {
    return this.tablesByName.values();
  }

  get types(): readonly UserTypeModel[] {
    return this.userTypes;
  }

  get functions(): readonly FunctionModel[] {
    return this.userFunctions;
  }

  get aggregates(): readonly AggregateModel[] {
    return this.userAggregates;
  }

  get indexes(): readonly IndexModel[] {
    return this.tableIndexes;
  }

  get views(): readonly ViewModel[] {
    return this.materializedViews;
  }

  private withKeyspace(name: string): this {
    return this.keyspacesByName.has(name) ? this.changed() : this.addKeyspace(name);
  }

  private changed(): this {
    this.revision++;
    return this;
  }
}
