import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CodecRegistry, codecs, decodeValue, Duration, encodeValue } from '../../../src/codecs/index.ts';
import { InvalidValueError, ProtocolError } from '../../../src/errors/index.ts';
import { cells, columnsOf, decodeRows, encodeValues, ways } from './codec-harness.ts';
import { files, typeVectors, vectorType, vectorValue } from './vector-values.ts';

/** The files hold timestamps beyond what a Date can be. */
const registry = new CodecRegistry({ codecs: [codecs.timestampAsBigint] });

function hexOf(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('hex');
}

for (const file of files) {
  const { vectors, corrupt = [], refused = [], durationTexts = [], notDurations = [] } = typeVectors(file);

  describe(`types: ${file}`, () => {
    it('should encode every value to the bytes that others encode it to', () => {
      for (const vector of vectors) {
        if (vector.only === 'decode') continue;
        const type = vectorType(vector);
        const encoded = encodeValue(type, vectorValue(type, vector.value), registry);
        assert.equal(hexOf(encoded), vector.hex, vector.description);
        for (const way of ways) {
          const cell = encodeValues(columnsOf([['c', type]]), registry, way, [vectorValue(type, vector.value)]);
          assert.deepEqual(cell, cells(vector.hex), `${vector.description}, ${way}`);
        }
      }
    });

    it('should decode the bytes to the value that others decode them to', () => {
      for (const vector of vectors) {
        if (vector.only === 'encode') continue;
        const type = vectorType(vector);
        const expected = vectorValue(type, vector.value);
        const bytes = vector.hex === null ? null : Buffer.from(vector.hex, 'hex');
        assert.deepEqual(decodeValue(type, bytes, registry), expected, vector.description);
        for (const way of ways) {
          const rows = decodeRows(columnsOf([['c', type]]), registry, way, cells(bytes));
          assert.deepEqual(rows, [{ c: expected }], `${vector.description}, ${way}`);
        }
      }
    });

    it('should accept and give the texts that others accept and give', () => {
      for (const vector of vectors) {
        if (vector.text === undefined) continue;
        const type = vectorType(vector);
        const value = vectorValue(type, vector.value) as object;
        assert.equal(String(value), vector.text, vector.description);
        if (vector.only !== 'decode')
          assert.equal(hexOf(encodeValue(type, vector.text, registry)), vector.hex, vector.text);
      }
      for (const { text, value } of durationTexts) {
        assert.deepEqual(Duration.fromString(text), vectorValue({ kind: 'duration' }, value), text);
      }
      for (const { text } of notDurations) assert.throws(() => Duration.fromString(text), InvalidValueError, text);
    });

    it('should refuse bytes that are no value of the type', () => {
      for (const { description, type, hex } of corrupt) {
        for (const way of ways) {
          const decode = (): unknown => decodeRows(columnsOf([['c', type]]), registry, way, cells(hex));
          assert.throws(decode, ProtocolError, `${description}, ${way}`);
        }
      }
    });

    it('should refuse values that the type does not hold', () => {
      for (const { type, value } of refused) {
        const cqlType = vectorType({ type });
        const encode = (): unknown => encodeValue(cqlType, vectorValue(cqlType, value), registry);
        assert.throws(encode, InvalidValueError, type);
      }
    });

    it('should refuse a row that is cut at any offset', () => {
      for (const vector of vectors) {
        const columns = columnsOf([['c', vectorType(vector)]]);
        const row = cells(vector.hex);
        for (let cut = 0; cut < row.length; cut++) {
          for (const way of ways) {
            const decode = (): unknown => decodeRows(columns, registry, way, row.subarray(0, cut));
            assert.throws(decode, ProtocolError, `${vector.description} cut at ${cut}, ${way}`);
          }
        }
      }
    });

    it('should either read or refuse a value that is cut at any offset, the same way by generated code and by loops', () => {
      for (const vector of vectors) {
        const columns = columnsOf([['c', vectorType(vector)]]);
        const bytes = Buffer.from(vector.hex ?? '', 'hex');
        for (let cut = 0; cut < bytes.length; cut++) {
          const outcomes = ways.map((way) => {
            try {
              return { rows: decodeRows(columns, registry, way, cells(bytes.subarray(0, cut))) };
            } catch (error) {
              assert.ok(error instanceof ProtocolError || error instanceof InvalidValueError, String(error));
              return { refused: error.message };
            }
          });
          assert.deepEqual(outcomes[0], outcomes[1], `${vector.description} cut at ${cut}`);
        }
      }
    });
  });
}
