import { ConfigurationError } from '../../errors/index.ts';
import type { ClusterMetadata, KeyspaceMetadata, RelationMetadata } from '../../metadata/index.ts';
import type { RowKeyColumns } from './row-keys.ts';

/** The table or view that is read, by the names that the metadata has. */
export interface TableName {
  readonly keyspace: string;
  readonly table: string;
}

/** What a scan has to know of its table. */
export interface ScanTarget extends TableName {
  readonly id: string | null;
  readonly key: RowKeyColumns;
  /** All columns that are read: those asked for, and those of the primary key, which tell rows apart. */
  readonly columns: readonly string[];
  /** Those asked for when more than these are read. */
  readonly visible: readonly string[] | null;
}

/** Where scans look tables up. */
export interface SchemaSource {
  /** The metadata as of now. */
  metadata(): ClusterMetadata;
  /** Resolves when the metadata has all that is in a keyspace, if it exists. */
  loadKeyspace(name: string): Promise<void>;
  /** Reads the schema anew. */
  refreshMetadata(): Promise<void>;
}

/**
 * The table that a text names: `events` in the keyspace given or the session's, or `shop.events`.
 * @throws ConfigurationError
 */
export function parseTableName(table: string, given: string | undefined, session: string | undefined): TableName {
  if (typeof table !== 'string' || table === '')
    throw new ConfigurationError('table', 'scan() takes the name of a table or view');
  const dot = table.indexOf('.');
  const named = dot < 0 ? undefined : table.slice(0, dot);
  const name = table.slice(dot + 1);
  if (named === '' || name === '' || name.includes('.'))
    throw new ConfigurationError('table', 'The table of a scan must be a name, or keyspace.name');
  if (named !== undefined && given !== undefined && named !== given)
    throw new ConfigurationError('keyspace', 'The table of a scan names another keyspace than the option "keyspace"');
  const keyspace = named ?? given ?? session;
  if (keyspace === undefined)
    throw new ConfigurationError('keyspace', 'The session has no keyspace; name that of the table to scan');
  return { keyspace, table: name };
}

/** @throws ConfigurationError when there is no such table, or it cannot be read by ranges of tokens */
export async function findTarget(
  name: TableName,
  wanted: readonly string[] | null,
  source: SchemaSource,
): Promise<ScanTarget> {
  const { kind } = source.metadata().partitioner;
  if (kind !== 'murmur3')
    throw new ConfigurationError(
      'table',
      `A scan reads ranges of Murmur3 tokens and this cluster's partitioner is ${kind}; use executeStream()`,
    );
  let relation = lookUp(name, source.metadata());
  // The metadata of this keyspace may not have been read so far, or be older than the table.
  if (relation === undefined) {
    await source.loadKeyspace(name.keyspace);
    relation = lookUp(name, source.metadata());
  }
  if (relation === undefined) {
    await source.refreshMetadata();
    relation = lookUp(name, source.metadata());
  }
  if (relation === undefined)
    throw new ConfigurationError(
      'table',
      `Keyspace ${JSON.stringify(name.keyspace)} has no table or view ${JSON.stringify(name.table)}; check upper and lower case`,
    );
  return describe(name, relation, wanted);
}

function lookUp({ keyspace, table }: TableName, metadata: ClusterMetadata): RelationMetadata | undefined {
  const found = metadata.keyspaces.get(keyspace);
  if (found === undefined) return undefined;
  refuseLocal(found);
  return found.tables.get(table) ?? found.views.get(table);
}

/** Each node has tables of its own there: parts of them, from several nodes, would mean nothing. */
function refuseLocal({ isVirtual, replication, name }: KeyspaceMetadata): void {
  if (isVirtual || replication.strategy === 'local')
    throw new ConfigurationError(
      'table',
      `Each node has its own tables of keyspace ${JSON.stringify(name)}; read those of one by the request option "node"`,
    );
}

function describe(name: TableName, relation: RelationMetadata, wanted: readonly string[] | null): ScanTarget {
  const key = {
    partitionKey: relation.partitionKey.map((column) => column.name),
    clusteringKey: relation.clusteringKey.map((column) => column.name),
  };
  const all = [...relation.columns.keys()];
  for (const column of wanted ?? [])
    if (!relation.columns.has(column))
      throw new ConfigurationError(
        'columns',
        `Table ${name.keyspace}.${name.table} has no column ${JSON.stringify(column)}; check upper and lower case`,
      );
  const hidden = [...key.partitionKey, ...key.clusteringKey].filter((column) => wanted?.includes(column) === false);
  return {
    ...name,
    id: relation.id ?? null,
    key,
    columns: wanted === null ? all : [...wanted, ...hidden],
    visible: hidden.length === 0 ? null : wanted,
  };
}
