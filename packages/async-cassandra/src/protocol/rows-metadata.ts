import { ProtocolError } from '../errors/index.ts';
import type { ByteReader } from './byte-reader.ts';
import { type ColumnSpec, readColumnSpecs } from './column-spec.ts';
import type { ProtocolVersion } from './protocol-version.ts';

/** Flags of a result's metadata (native protocol specification v5, section 4.2.5.2). */
export const RowsFlag = {
  GLOBAL_TABLES_SPEC: 0x0001,
  HAS_MORE_PAGES: 0x0002,
  NO_METADATA: 0x0004,
  /** v5 only. */
  METADATA_CHANGED: 0x0008,
} as const;

/** What precedes the column specifications of a result. */
export interface RowsHeader {
  readonly flags: number;
  readonly columnCount: number;
  /** Asks for the next page; undefined on the last one. */
  readonly pagingState: Buffer | undefined;
  /** The metadata's new id, when it changed since the statement was prepared (v5). */
  readonly newMetadataId: Buffer | undefined;
}

/** The metadata of a result. */
export interface RowsMetadata {
  readonly columnCount: number;
  readonly pagingState: Buffer | undefined;
  readonly newMetadataId: Buffer | undefined;
  /** Undefined when the server sent none, as it was asked to. */
  readonly columns: readonly ColumnSpec[] | undefined;
}

/**
 * Reads `<flags><columns_count>[<paging_state>][<new_metadata_id>]`; column specifications follow unless
 * NO_METADATA is set.
 */
export function readRowsHeader(r: ByteReader, version: ProtocolVersion): RowsHeader {
  const flags = r.readInt();
  const columnCount = r.readInt();
  if (columnCount < 0)
    throw new ProtocolError(
      `The server sent a result of ${columnCount} columns, check what stands between driver and server`,
    );
  const pagingState = (flags & RowsFlag.HAS_MORE_PAGES) === 0 ? undefined : readPagingState(r);
  const newMetadataId = version === 5 && (flags & RowsFlag.METADATA_CHANGED) !== 0 ? r.readShortBytes() : undefined;
  return { flags, columnCount, pagingState, newMetadataId };
}

/** Without a paging state the next page could not be asked for, and rows would be lost in silence. */
function readPagingState(r: ByteReader): Buffer {
  const pagingState = r.readBytes();
  if (pagingState === null)
    throw new ProtocolError('The server announced more pages without a paging state, check its version');
  return pagingState;
}

/** Reads a result's `<metadata>` (section 4.2.5.2); the reader then stands at `<rows_count>`. */
export function readRowsMetadata(r: ByteReader, version: ProtocolVersion): RowsMetadata {
  const { flags, columnCount, pagingState, newMetadataId } = readRowsHeader(r, version);
  const columns =
    (flags & RowsFlag.NO_METADATA) === 0
      ? readColumnSpecs(r, columnCount, (flags & RowsFlag.GLOBAL_TABLES_SPEC) !== 0)
      : undefined;
  return { columnCount, pagingState, newMetadataId, columns };
}
