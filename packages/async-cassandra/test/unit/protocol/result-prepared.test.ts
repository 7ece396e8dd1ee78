import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolError } from '../../../src/errors/index.ts';
import { ByteReader, readPrepared, readResultKind, ResultKind } from '../../../src/protocol/index.ts';
import { columnsOf, encodePrepared, t, WireWriter } from '../../support/wire/index.ts';

const variables = columnsOf('shop', 'users', { id: t.uuid, age: t.int, name: t.text });

function prepared(version: 4 | 5, partitionKeyIndexes: readonly number[]): ByteReader {
  const resultColumns = columnsOf('shop', 'users', { name: t.text });
  const id = Buffer.alloc(16, 1);
  const bytes = encodePrepared(version, {
    id,
    resultMetadataId: Buffer.alloc(16, 2),
    variables,
    partitionKeyIndexes,
    resultColumns,
  });
  const reader = ByteReader.of(bytes);
  assert.equal(readResultKind(reader), ResultKind.PREPARED);
  return reader;
}

describe('readPrepared', () => {
  it('should_read_ids_markers_and_result', () => {
    for (const version of [4, 5] as const) {
      const read = readPrepared(prepared(version, [2, 0]), version);
      assert.equal(read.id.toString('hex'), '01'.repeat(16));
      assert.equal(read.resultMetadataId?.toString('hex'), version === 5 ? '02'.repeat(16) : undefined);
      assert.deepEqual(read.partitionKeyIndexes, [2, 0]);
      assert.deepEqual(
        read.variables.map((v) => v.name),
        ['id', 'age', 'name'],
      );
      assert.deepEqual(
        read.result.columns?.map((c) => c.name),
        ['name'],
      );
    }
  });

  it('should_refuse_a_partition_key_index_beyond_the_markers', () => {
    assert.throws(() => readPrepared(prepared(5, [0, 3]), 5), /marker 3/);
  });

  it('should_refuse_counts_that_the_bytes_cannot_hold', () => {
    for (const [markers, indexes] of [
      [0x7fffffff, 0],
      [-1, 0],
      [0, 0x7fffffff],
      [0, -1],
    ] as const) {
      const w = new WireWriter().shortBytes(Buffer.alloc(16)).int(0).int(markers).int(indexes).raw(Buffer.alloc(64));
      assert.throws(
        () => readPrepared(ByteReader.of(w.finish()), 4),
        ProtocolError,
        `${markers} markers, ${indexes} indexes`,
      );
    }
  });
});
