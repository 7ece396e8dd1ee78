import { ProtocolError } from '../errors/index.ts';
import type { ByteReader } from './byte-reader.ts';
import { type ColumnSpec, readColumnSpecs } from './column-spec.ts';
import type { ProtocolVersion } from './protocol-version.ts';
import { readRowsMetadata, RowsFlag, type RowsMetadata } from './rows-metadata.ts';
import { checkCount } from './type-option.ts';

/** The answer to PREPARE. */
export interface PreparedResult {
  /** Id to execute the statement by. */
  readonly id: Buffer;
  /** Id of the result's metadata (v5). */
  readonly resultMetadataId: Buffer | undefined;
  /** The statement's markers. */
  readonly variables: readonly ColumnSpec[];
  /** For each column of the partition key the index of its marker; empty when one of them has no marker. */
  readonly partitionKeyIndexes: readonly number[];
  /** What its results look like; without columns unless it reads. */
  readonly result: RowsMetadata;
}

/** Reads the rest of a Prepared result: `<id>[<result_metadata_id>]<metadata><result_metadata>` (section 4.2.5.4). */
export function readPrepared(r: ByteReader, version: ProtocolVersion): PreparedResult {
  const id = r.readShortBytes();
  const resultMetadataId = version === 5 ? r.readShortBytes() : undefined;
  const flags = r.readInt();
  const count = r.readInt();
  const partitionKeyIndexes = readPartitionKeyIndexes(r, count);
  const variables = readColumnSpecs(r, count, (flags & RowsFlag.GLOBAL_TABLES_SPEC) !== 0);
  return { id, resultMetadataId, variables, partitionKeyIndexes, result: readRowsMetadata(r, version) };
}

function readPartitionKeyIndexes(r: ByteReader, variableCount: number): number[] {
  const count = r.readInt();
  checkCount(r, count, 2);
  const indexes: number[] = [];
  for (let i = 0; i < count; i++) {
    const index = r.readShort();
    if (index >= variableCount) {
      throw new ProtocolError(
        `The server sent marker ${index} as part of a partition key where there are ${variableCount} markers, check its version`,
      );
    }
    indexes.push(index);
  }
  return indexes;
}
