import type { ByteReader } from './byte-reader.ts';
import type { CqlType } from './cql-type.ts';
import { checkCount, MIN_TYPE_OPTION_BYTES, readTypeOption } from './type-option.ts';

/** A column of a result, or a marker of a prepared statement. */
export interface ColumnSpec {
  readonly keyspace: string;
  readonly table: string;
  readonly name: string;
  readonly type: CqlType;
}

const MIN_STRING_BYTES = 2;
const MIN_SPEC_BYTES = MIN_STRING_BYTES + MIN_TYPE_OPTION_BYTES;

/**
 * Reads `[<global_table_spec>]<col_spec_1>...<col_spec_n>`, a specification being `(<ksname><tablename>)?<name><type>`
 * (section 4.2.5.2).
 * @param globalSpec keyspace and table come once, before the columns, and not with each
 */
export function readColumnSpecs(r: ByteReader, count: number, globalSpec: boolean): ColumnSpec[] {
  let keyspace = '';
  let table = '';
  if (globalSpec) {
    keyspace = r.readString();
    table = r.readString();
  }
  checkCount(r, count, globalSpec ? MIN_SPEC_BYTES : MIN_SPEC_BYTES + 2 * MIN_STRING_BYTES);
  const columns: ColumnSpec[] = [];
  for (let i = 0; i < count; i++) {
    if (!globalSpec) {
      keyspace = r.readString();
      table = r.readString();
    }
    const name = r.readString();
    columns.push({ keyspace, table, name, type: readTypeOption(r) });
  }
  return columns;
}
