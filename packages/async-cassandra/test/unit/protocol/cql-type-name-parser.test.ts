import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvalidValueError, ProtocolError } from '../../../src/errors/index.ts';
import {
  type CqlType,
  formatCqlType,
  nativeTypes,
  parseCqlTypeName,
  type UdtType,
} from '../../../src/protocol/index.ts';
import { readVectorFile } from '../../support/messages/vector-file.ts';

interface CqlTypeNames {
  readonly userTypes: readonly UdtType[];
  readonly vectors: readonly { readonly description: string; readonly text: string; readonly type: CqlType }[];
  readonly rejected: readonly { readonly description: string; readonly text: string }[];
}

const { userTypes, vectors, rejected } = readVectorFile<CqlTypeNames>('cql-type-names.json');
const lookUp = (name: string): CqlType | undefined => userTypes.find((type) => type.name === name);

describe('parseCqlTypeName', () => {
  for (const { description, text, type } of vectors) {
    it(`should_read_${description}: ${text}`, () => {
      assert.deepEqual(parseCqlTypeName(text, lookUp), type);
    });
  }

  for (const { description, text } of rejected) {
    it(`should_refuse_${description}: ${text}`, () => {
      assert.throws(() => parseCqlTypeName(text, lookUp), InvalidValueError);
    });
  }

  it('should_give_the_one_descriptor_of_a_native_type', () => {
    assert.equal(parseCqlTypeName('Int', lookUp), nativeTypes.int);
    assert.equal(parseCqlTypeName('varchar', lookUp), nativeTypes.text);
  });

  it('should_leave_the_looked_up_type_as_it_is_when_it_freezes_it', () => {
    const address = lookUp('address') as UdtType;
    const frozen = parseCqlTypeName('frozen<address>', lookUp) as UdtType;
    assert.equal(address.frozen, false);
    assert.equal(frozen.frozen, true);
    assert.equal(frozen.fields, address.fields);
  });

  it('should_refuse_a_malformed_class_name_inside', () => {
    const text = "list<'org.apache.cassandra.db.marshal.ListType('>";
    assert.throws(() => parseCqlTypeName(text, lookUp), ProtocolError);
  });

  it('should_bound_the_depth_of_nesting', () => {
    const nested = (levels: number): string => 'list<'.repeat(levels) + 'int' + '>'.repeat(levels);
    assert.equal(parseCqlTypeName(nested(64), lookUp).kind, 'list');
    assert.throws(() => parseCqlTypeName(nested(65), lookUp), /nested deeper than 64/);
    assert.throws(() => parseCqlTypeName(nested(50_000), lookUp), InvalidValueError);
  });

  it('should_take_linear_time_over_hostile_text', () => {
    const started = performance.now();
    for (const text of ['"'.repeat(99_999), `${' '.repeat(99_999)}!`, `list<${'"a""'.repeat(30_000)}`]) {
      assert.throws(() => parseCqlTypeName(text, lookUp), InvalidValueError);
    }
    assert.ok(performance.now() - started < 1000);
  });
});

describe('formatCqlType', () => {
  it('should_write_what_reads_as_the_same_type', () => {
    for (const { type } of vectors) {
      const text = formatCqlType(type)
        .replace(/ks\.(\w+)/g, '"$1"')
        .replaceAll('ks.', '');
      assert.deepEqual(parseCqlTypeName(text, lookUp), type, text);
    }
  });

  it('should_write_types_as_cql_does', () => {
    const text: CqlType = nativeTypes.text;
    const udt: CqlType = { kind: 'udt', keyspace: 'Shop', name: 'a"b', fields: [], frozen: true };
    assert.equal(formatCqlType({ kind: 'list', element: text, frozen: true }), 'frozen<list<text>>');
    assert.equal(formatCqlType({ kind: 'map', key: text, value: nativeTypes.int, frozen: false }), 'map<text, int>');
    assert.equal(formatCqlType({ kind: 'tuple', elements: [text, nativeTypes.uuid] }), 'tuple<text, uuid>');
    assert.equal(formatCqlType({ kind: 'vector', element: nativeTypes.float, dimension: 3 }), 'vector<float, 3>');
    assert.equal(formatCqlType({ kind: 'custom', className: "a.B('x')" }), "'a.B(''x'')'");
    assert.equal(formatCqlType(udt), 'frozen<"Shop"."a""b">');
  });
});
