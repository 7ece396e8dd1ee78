import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CodecRegistry, compileRowDecoder, type Row } from '../../../src/codecs/index.ts';
import { ProtocolError } from '../../../src/errors/index.ts';
import { ByteReader, type CqlType, nativeTypes } from '../../../src/protocol/index.ts';

const tupleOf = (count: number): CqlType => ({ kind: 'tuple', elements: Array<CqlType>(count).fill(nativeTypes.int) });
const udtOf = (count: number): CqlType => ({
  kind: 'udt',
  keyspace: 'ks',
  name: 'wide',
  fields: Array.from({ length: count }, (_, i) => ({ name: `f${i}`, type: nativeTypes.int })),
  frozen: true,
});

/** One row of one cell, which holds so many components, all of them null. */
function decodeWith(type: CqlType, present: number): unknown {
  const cell = Buffer.alloc(4 * present, 0xff);
  const body = Buffer.concat([Buffer.alloc(4), cell]);
  body.writeInt32BE(cell.length);
  const rows: Row[] = [];
  const columns = [{ keyspace: 'ks', table: 't', name: 'wide', type }];
  compileRowDecoder(columns, new CodecRegistry()).decode(ByteReader.of(body), 1, rows);
  return rows[0]?.['wide'];
}

describe('Values that lack components of their type', () => {
  for (const [kind, typeOf, sizeOf] of [
    ['tuple', tupleOf, (value: unknown): number => (value as unknown[]).length],
    ['user-defined type', udtOf, (value: unknown): number => Object.keys(value as object).length],
  ] as const) {
    it(`should have nulls for those of a ${kind} that were added later`, () => {
      for (const [count, present] of [
        [3, 1],
        [65, 1],
        [1_025, 1],
        [3_000, 1_976],
      ] as const)
        assert.equal(sizeOf(decodeWith(typeOf(count), present)), count);
    });

    it(`should be refused when a ${kind} lacks more than anybody adds: nulls take memory that no bytes came for`, () => {
      for (const [count, present] of [
        [1_026, 1],
        [65_535, 1],
        [65_535, 64_510],
      ] as const)
        assert.throws(() => decodeWith(typeOf(count), present), ProtocolError);
    });
  }
});
