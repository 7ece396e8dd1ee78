import { createHash } from 'node:crypto';
import { writeRowsMetadata, WireWriter } from '../wire/index.ts';
import type { Column } from '../wire/index.ts';

/** A statement that a scripted server has prepared. */
export class ServerStatement {
  readonly id: Buffer;
  readonly idHex: string;
  readonly cql: string;
  readonly keyspace: string | undefined;
  readonly variables: readonly Column[];
  readonly partitionKeyIndexes: readonly number[];
  readonly resultColumns: readonly Column[];

  constructor(
    cql: string,
    keyspace: string | undefined,
    markers: { readonly variables: readonly Column[]; readonly partitionKeyIndexes: readonly number[] },
    resultColumns: readonly Column[],
  ) {
    // As Cassandra does: the MD5 of keyspace and text, so every node gives one statement the same id.
    this.id = createHash('md5')
      .update(`${keyspace ?? ''}${cql}`)
      .digest();
    this.idHex = this.id.toString('hex');
    this.cql = cql;
    this.keyspace = keyspace;
    this.variables = markers.variables;
    this.partitionKeyIndexes = markers.partitionKeyIndexes;
    this.resultColumns = resultColumns;
  }
}

const idsByColumns = new WeakMap<readonly Column[], Buffer>();

/** The result metadata id of v5: changes whenever a column does. */
export function resultMetadataId(columns: readonly Column[]): Buffer {
  let id = idsByColumns.get(columns);
  if (id === undefined) {
    const w = new WireWriter();
    writeRowsMetadata(w, 5, { columns });
    id = createHash('md5').update(w.finish()).digest();
    idsByColumns.set(columns, id);
  }
  return id;
}
