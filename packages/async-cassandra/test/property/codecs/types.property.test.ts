import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { CodecRegistry, decodeValue, encodeValue } from '../../../src/codecs/index.ts';
import { ordered } from '../../support/ordered.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import * as wire from '../../support/wire/index.ts';
import { type Shape, typed } from './cql-arbitraries.ts';
import { comparable, driverType, fromDriver, toDriver, toWire, wireType } from './other-forms.ts';

interface DriverEncoder {
  encode(value: unknown, type: unknown): Buffer | null;
  decode(bytes: Buffer | null, type: unknown): unknown;
}

const require = createRequire(import.meta.url);
const DriverEncoderClass = require('cassandra-driver/lib/encoder.js') as new (
  version: number,
  options: object,
) => DriverEncoder;
const driver = new DriverEncoderClass(4, {
  encoding: { map: Map, set: Set, useBigIntAsLong: true, useBigIntAsVarint: true },
});

const registry = new CodecRegistry();
const odd: Shape = { oddNames: true, nullElements: true, minElements: 0 };
/** cassandra-driver refuses null in lists, and writes empty collections as null. */
const plain: Shape = { oddNames: false, nullElements: false, minElements: 1 };

function inetBytes(text: string): string {
  return (encodeValue({ kind: 'inet' }, text, registry) as Buffer).toString('hex');
}

describe('values of random types', () => {
  it('should read what was written', () => {
    fc.assert(
      fc.property(typed(3, odd), ({ type, value }) => {
        assert.deepStrictEqual(
          ordered(decodeValue(type, encodeValue(type, value, registry), registry)),
          ordered(value),
        );
      }),
      { numRuns: propertyRuns(3000) },
    );
  });

  it('should have the bytes that an independent encoder gives them', () => {
    fc.assert(
      fc.property(typed(3, odd), ({ type, value }) => {
        assert.deepStrictEqual(
          encodeValue(type, value, registry),
          wire.encodeValue(wireType(type), toWire(type, value)),
        );
      }),
      { numRuns: propertyRuns(3000) },
    );
  });

  it('should have the bytes that cassandra-driver gives them', () => {
    fc.assert(
      fc.property(typed(2, plain), ({ type, value }) => {
        const theirs = driver.encode(toDriver(type, value), driverType(type));
        assert.deepStrictEqual(encodeValue(type, value, registry), theirs);
      }),
      { numRuns: propertyRuns(3000) },
    );
  });

  it('should be what cassandra-driver reads of the same bytes', () => {
    fc.assert(
      fc.property(typed(2, plain), ({ type, value }) => {
        const bytes = encodeValue(type, value, registry);
        const theirs = fromDriver(type, driver.decode(bytes, driverType(type)));
        assert.deepStrictEqual(
          ordered(comparable(type, decodeValue(type, bytes, registry), inetBytes)),
          ordered(theirs),
        );
      }),
      { numRuns: propertyRuns(3000) },
    );
  });
});
