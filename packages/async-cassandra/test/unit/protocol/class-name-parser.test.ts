import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolError } from '../../../src/errors/index.ts';
import { type CqlType, parseClassName } from '../../../src/protocol/index.ts';
import { readVectorFile } from '../../support/messages/vector-file.ts';

interface ClassNames {
  readonly vectors: readonly { readonly description: string; readonly className: string; readonly type: CqlType }[];
  readonly rejected: readonly { readonly description: string; readonly className: string }[];
}

const PACKAGE = 'org.apache.cassandra.db.marshal.';
const { vectors, rejected } = readVectorFile<ClassNames>('class-names.json');

function nested(levels: number): string {
  return `${PACKAGE}ListType(`.repeat(levels) + `${PACKAGE}Int32Type` + ')'.repeat(levels);
}

describe('parseClassName', () => {
  for (const { description, className, type } of vectors) {
    it(`should_read_${description}: ${className}`, () => {
      assert.deepEqual(parseClassName(className), type);
    });
  }

  for (const { description, className } of rejected) {
    it(`should_refuse_${description}: ${className}`, () => {
      assert.throws(() => parseClassName(className), ProtocolError);
    });
  }

  it('should_either_refuse_what_is_cut_short_or_read_a_name_that_is_whole', () => {
    for (const { className } of vectors) {
      for (let length = 0; length < className.length; length++) {
        const cut = className.slice(0, length);
        try {
          const type = parseClassName(cut);
          assert.ok(!('element' in type || 'elements' in type || 'fields' in type || 'value' in type), cut);
        } catch (error) {
          assert.ok(error instanceof ProtocolError, cut);
        }
      }
    }
  });

  it('should_bound_the_depth_of_nesting', () => {
    assert.equal(parseClassName(nested(64)).kind, 'list');
    assert.throws(() => parseClassName(nested(65)), /nested deeper than 64/);
    assert.throws(() => parseClassName(nested(100_000)), ProtocolError);
    assert.throws(() => parseClassName(`${PACKAGE}FrozenType(`.repeat(100_000)), ProtocolError);
  });

  it('should_take_linear_time_over_hostile_text', () => {
    const started = performance.now();
    const open = `${PACKAGE}ListType(x${'('.repeat(60_000)}`;
    assert.throws(() => parseClassName(open), ProtocolError);
    parseClassName(`com.example.${' '.repeat(60_000)}`);
    assert.throws(() => parseClassName(`${PACKAGE}TupleType(${`${PACKAGE}Int32Type,`.repeat(1500)}`), ProtocolError);
    assert.ok(performance.now() - started < 1000);
  });
});
