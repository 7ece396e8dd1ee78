import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { CodecRegistry, encodeValue } from '../../../src/codecs/index.ts';
import { InvalidValueError } from '../../../src/errors/index.ts';
import { propertyRuns } from '../../support/property-runs.ts';

const registry = new CodecRegistry();

function bytesOf(text: string): string {
  return text.replaceAll('-', '').toLowerCase();
}

describe('texts of UUIDs', () => {
  it('should give their own bytes, however often and in whatever order they are written, also between wrong ones', () => {
    const few = fc.array(fc.uuid(), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(few, fc.array(fc.tuple(fc.nat(), fc.boolean(), fc.nat(3)), { maxLength: 30 }), (texts, steps) => {
        for (const [n, isUpper, wrong] of steps) {
          const text = texts[n % texts.length] as string;
          const given =
            wrong === 3 ? text.slice(0, n % 3 === 0 ? 0 : n % text.length) : isUpper ? text.toUpperCase() : text;
          const encode = (): Buffer | null => encodeValue({ kind: n % 2 === 0 ? 'uuid' : 'timeuuid' }, given, registry);
          if (wrong === 3) assert.throws(encode, InvalidValueError);
          else assert.equal(encode()?.toString('hex'), bytesOf(text));
        }
      }),
      { numRuns: propertyRuns(1000) },
    );
  });
});
