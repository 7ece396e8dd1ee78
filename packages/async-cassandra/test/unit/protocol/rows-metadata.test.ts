import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolError } from '../../../src/errors/index.ts';
import {
  ByteReader,
  nativeTypes,
  readColumnSpecs,
  readRowsHeader,
  readRowsMetadata,
  RowsFlag,
} from '../../../src/protocol/index.ts';
import { columnsOf, rowsFlags, t, WireWriter, writeRowsMetadata } from '../../support/wire/index.ts';

const columns = columnsOf('shop', 'users', { id: t.uuid, tags: t.set(t.text) });
const pagingState = Buffer.from('cafebabe', 'hex');
const newMetadataId = Buffer.alloc(16, 7);

function metadata(version: 4 | 5, options: Partial<Parameters<typeof writeRowsMetadata>[2]> = {}): ByteReader {
  const w = new WireWriter();
  writeRowsMetadata(w, version, { columns, ...options });
  return ByteReader.of(w.int(42).finish());
}

describe('readRowsMetadata', () => {
  it('should_have_the_flags_of_the_specification', () => {
    assert.deepEqual({ ...RowsFlag }, { ...rowsFlags });
  });

  it('should_read_columns_with_and_without_a_shared_table_and_stop_at_the_count_of_rows', () => {
    for (const globalTableSpec of [true, false]) {
      const reader = metadata(5, { globalTableSpec });
      const read = readRowsMetadata(reader, 5);
      assert.deepEqual(read.columns, [
        { keyspace: 'shop', table: 'users', name: 'id', type: { kind: 'uuid' } },
        {
          keyspace: 'shop',
          table: 'users',
          name: 'tags',
          type: { kind: 'set', element: { kind: 'text' }, frozen: false },
        },
      ]);
      assert.equal(read.columnCount, 2);
      assert.equal(read.pagingState, undefined);
      assert.equal(reader.readInt(), 42);
    }
  });

  it('should_read_paging_state_and_new_metadata_id', () => {
    const read = readRowsMetadata(metadata(5, { pagingState, newMetadataId }), 5);
    assert.deepEqual(read.pagingState, pagingState);
    assert.deepEqual(read.newMetadataId, newMetadataId);
    assert.equal(read.columns?.length, 2);
  });

  it('should_tell_absent_metadata_from_no_columns', () => {
    const absent = readRowsMetadata(metadata(5, { noMetadata: true, pagingState }), 5);
    assert.equal(absent.columns, undefined);
    assert.equal(absent.columnCount, 2);
    assert.deepEqual(readRowsMetadata(metadata(5, { columns: [] }), 5).columns, []);
  });

  it('should_know_no_new_metadata_id_in_version_4', () => {
    const reader = ByteReader.of(
      new WireWriter()
        .int(RowsFlag.METADATA_CHANGED | RowsFlag.NO_METADATA)
        .int(1)
        .int(3)
        .finish(),
    );
    assert.equal(readRowsMetadata(reader, 4).newMetadataId, undefined);
    assert.equal(reader.readInt(), 3);
  });

  it('should_refuse_more_pages_without_a_paging_state', () => {
    const reader = ByteReader.of(
      new WireWriter()
        .int(RowsFlag.HAS_MORE_PAGES | RowsFlag.NO_METADATA)
        .int(1)
        .bytes(null)
        .finish(),
    );
    assert.throws(() => readRowsMetadata(reader, 5), /without a paging state/);
  });

  it('should_refuse_counts_that_the_bytes_cannot_hold', () => {
    for (const count of [-1, 3, 0x7fffffff]) {
      const w = new WireWriter().int(0).int(count).raw(Buffer.alloc(16));
      assert.throws(() => readRowsMetadata(ByteReader.of(w.finish()), 5), ProtocolError, `${count} columns`);
    }
    const negative = new WireWriter().int(RowsFlag.NO_METADATA).int(-1).int(0);
    assert.throws(() => readRowsMetadata(ByteReader.of(negative.finish()), 5), /-1 columns/);
    assert.throws(() => readColumnSpecs(ByteReader.of(Buffer.alloc(12)), 3, true), /announced 3 elements in 8 bytes/);
  });

  it('should_stop_the_header_before_the_columns_so_that_their_bytes_can_be_compared', () => {
    const reader = metadata(5, { pagingState, globalTableSpec: true });
    const { flags, columnCount } = readRowsHeader(reader, 5);
    assert.equal(flags, RowsFlag.GLOBAL_TABLES_SPEC | RowsFlag.HAS_MORE_PAGES);
    const read = readColumnSpecs(reader, columnCount, true);
    assert.equal(read[0]?.type, nativeTypes.uuid);
    assert.equal(reader.readInt(), 42);
  });
});
