import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { CodecRegistry, codecs, type Row } from '../../../src/codecs/index.ts';
import { InvalidValueError, ProtocolError } from '../../../src/errors/index.ts';
import type { ColumnSpec, CqlType } from '../../../src/protocol/index.ts';
import { mutate, mutations } from '../../support/byte-arbitraries.ts';
import { ordered } from '../../support/ordered.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import { decoderFor, encodeValues, readerOver, type Way, ways } from '../../unit/codecs/codec-harness.ts';
import { cqlType, oddName, type Shape, valueOf } from './cql-arbitraries.ts';

const shape: Shape = { oddNames: true, nullElements: true, minElements: 0 };

class Point {
  readonly fields: Record<string, unknown>;
  constructor(fields: Record<string, unknown>) {
    this.fields = fields;
  }
}

const plain = new CodecRegistry();
const withPresets = new CodecRegistry({
  codecs: [
    codecs.bigintAsNumber,
    codecs.varintAsString,
    codecs.timestampAsBigint,
    codecs.uuidAsObject,
    codecs.timeuuidAsBytes,
    codecs.decimalAsString,
  ],
});

interface Table {
  readonly columns: readonly ColumnSpec[];
  readonly rows: readonly (readonly unknown[])[];
}

function table(depth: number, columnCount: { minLength: number; maxLength: number }): fc.Arbitrary<Table> {
  const column = fc.tuple(oddName, cqlType(depth, shape));
  return fc.array(column, columnCount).chain((specs) => {
    const columns = specs.map(([name, type]): ColumnSpec => ({ keyspace: 'k', table: 't', name, type }));
    const row = fc.tuple(...columns.map(({ type }) => fc.option(valueOf(type, shape), { freq: 5 })));
    // Rows come again, as the keys of one partition do.
    const rows = fc
      .array(fc.tuple(row, fc.nat(2)), { minLength: 1, maxLength: 3 })
      .map((all) => all.flatMap(([one, again]) => Array.from({ length: 1 + again }, () => one)));
    return fc.record({ columns: fc.constant(columns), rows });
  });
}

function bytesOf({ columns, rows }: Table): Buffer {
  return Buffer.concat(rows.map((row) => encodeValues(columns, plain, 'interpreted', row)));
}

type Outcome = { readonly rows: Row[]; readonly left: number } | { readonly error: string; readonly message: string };

function outcome(
  columns: readonly ColumnSpec[],
  registry: CodecRegistry,
  way: Way,
  bytes: Buffer,
  count: number,
): Outcome {
  const rows: Row[] = [];
  const r = readerOver(bytes);
  try {
    decoderFor(columns, registry, way).decode(r, count, rows);
    return { rows, left: r.remaining };
  } catch (error) {
    assert.ok(error instanceof ProtocolError || error instanceof InvalidValueError, String((error as Error).stack));
    return { error: error.code, message: error.message };
  }
}

function checkRows(rows: readonly Row[], { columns, rows: values }: Table): void {
  assert.equal(rows.length, values.length);
  for (const [i, row] of rows.entries()) {
    assert.equal(Object.getPrototypeOf(row), Object.prototype);
    const expected = new Map(columns.map((column, c) => [column.name, values[i]?.[c]]));
    assert.deepStrictEqual(new Set(Object.keys(row)), new Set(expected.keys()));
    for (const [name, value] of expected) {
      const { value: actual, ...attributes } = Object.getOwnPropertyDescriptor(row, name) ?? {};
      assert.deepStrictEqual(attributes, { writable: true, enumerable: true, configurable: true });
      assert.deepStrictEqual(ordered(actual), ordered(value));
    }
  }
}

describe('rows of random columns', () => {
  it('should be read as they were written, by generated code and by loops', () => {
    fc.assert(
      fc.property(table(2, { minLength: 1, maxLength: 8 }), (data) => {
        const bytes = bytesOf(data);
        for (const way of ways) {
          const result = outcome(data.columns, plain, way, bytes, data.rows.length);
          assert.ok('rows' in result);
          assert.equal(result.left, 0);
          checkRows(result.rows, data);
        }
      }),
      { numRuns: propertyRuns(1500) },
    );
  });

  it('should be read as they were written when there are more columns than one function reads', () => {
    fc.assert(
      fc.property(table(1, { minLength: 60, maxLength: 140 }), (data) => {
        const bytes = bytesOf(data);
        for (const way of ways) {
          const result = outcome(data.columns, plain, way, bytes, data.rows.length);
          assert.ok('rows' in result);
          checkRows(result.rows, data);
        }
      }),
      { numRuns: propertyRuns(60) },
    );
  });

  it('should be written the same by generated code and by loops', () => {
    fc.assert(
      fc.property(table(2, { minLength: 1, maxLength: 8 }), ({ columns, rows }) => {
        for (const row of rows) {
          assert.deepEqual(
            encodeValues(columns, plain, 'generated', row),
            encodeValues(columns, plain, 'interpreted', row),
          );
        }
      }),
      { numRuns: propertyRuns(500) },
    );
  });

  it('should be the same, or be refused the same, by generated code and by loops, whatever the bytes', () => {
    fc.assert(
      fc.property(table(2, { minLength: 1, maxLength: 5 }), mutations, fc.boolean(), (data, changes, presets) => {
        const registry = presets ? withPresets : plain;
        const bytes = mutate(bytesOf(data), changes);
        const [generated, interpreted] = ways.map((way) =>
          outcome(data.columns, registry, way, bytes, data.rows.length),
        );
        assert.deepStrictEqual(ordered(generated), ordered(interpreted));
      }),
      { numRuns: propertyRuns(5000) },
    );
  });

  it('should be instances of registered classes, by generated code and by loops', () => {
    const type: CqlType = {
      kind: 'udt',
      keyspace: 'k',
      name: 'point',
      frozen: false,
      fields: [
        { name: 'x', type: { kind: 'int' } },
        { name: '__proto__', type: { kind: 'text' } },
      ],
    };
    const registry = new CodecRegistry();
    registry.registerUserType('k', 'point', Point);
    const columns = [
      { keyspace: 'k', table: 't', name: 'at', type: { kind: 'list' as const, element: type, frozen: false } },
    ];
    fc.assert(
      fc.property(fc.array(valueOf(type, shape), { maxLength: 4 }), (points) => {
        const bytes = encodeValues(columns, plain, 'interpreted', [points]);
        for (const way of ways) {
          const result = outcome(columns, registry, way, bytes, 1);
          assert.deepStrictEqual(result, {
            rows: [{ at: points.map((fields) => new Point(fields as Record<string, unknown>)) }],
            left: 0,
          });
        }
      }),
      { numRuns: propertyRuns(300) },
    );
  });
});
