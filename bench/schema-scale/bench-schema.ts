/** The schema whose reading is measured: tables of ten columns, as many as wanted, all in one keyspace. */
export const KEYSPACE = 'scale';

/** Columns by name, with their CQL types; the first two are the key. */
export const COLUMNS: Readonly<Record<string, string>> = {
  tenant: 'uuid',
  created_at: 'timestamp',
  title: 'text',
  description: 'text',
  amount: 'decimal',
  quantity: 'int',
  tags: 'set<text>',
  attributes: 'map<text, text>',
  owner: 'uuid',
  version: 'bigint',
};

export function tableName(index: number): string {
  return `documents_${String(index).padStart(5, '0')}`;
}

export function createTableCql(index: number): string {
  const columns = Object.entries(COLUMNS).map(([name, type]) => `${name} ${type}`);
  return `CREATE TABLE ${KEYSPACE}.${tableName(index)} (${columns.join(', ')}, PRIMARY KEY (tenant, created_at))`;
}

/** The first query of each client: a prepared read by partition key. */
export const FIRST_QUERY: string = `SELECT title, amount FROM ${KEYSPACE}.${tableName(0)} WHERE tenant = ?`;
export const FIRST_PARAMETERS: readonly string[] = ['0d1a1e5c-0b8f-4f5e-9d0a-5f6a3c2b1a00'];
