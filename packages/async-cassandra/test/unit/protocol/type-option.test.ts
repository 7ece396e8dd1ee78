import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolError } from '../../../src/errors/index.ts';
import { ByteReader, type CqlType, nativeTypes, readTypeOption } from '../../../src/protocol/index.ts';
import { className, nativeWireNames, writeCqlType } from '../../support/messages/type-encoding.ts';
import { readVectorFile } from '../../support/messages/vector-file.ts';
import { WireWriter } from '../../support/wire/index.ts';

interface TypeOptions {
  readonly vectors: readonly { readonly description: string; readonly type: CqlType; readonly hex: string }[];
}

const { vectors } = readVectorFile<TypeOptions>('type-options.json');

function read(bytes: Buffer): CqlType {
  const reader = ByteReader.of(bytes);
  const type = readTypeOption(reader);
  assert.equal(reader.remaining, 0);
  return type;
}

describe('readTypeOption', () => {
  for (const { description, type, hex } of vectors) {
    it(`should_read_${description} ${hex} and refuse it cut at every offset`, () => {
      const bytes = Buffer.from(hex, 'hex');
      assert.deepEqual(read(bytes), type);
      for (let length = 0; length < bytes.length; length++) {
        assert.throws(() => readTypeOption(ByteReader.of(bytes.subarray(0, length))), ProtocolError);
      }
    });
  }

  it('should_give_the_one_descriptor_of_each_native_type_and_refuse_ids_that_do_not_exist', () => {
    const byId = new Map(Object.entries(nativeWireNames).map(([name, [id]]) => [id, name]));
    for (let id = 1; id < 0x20; id++) {
      const bytes = new WireWriter().short(id).finish();
      const name = byId.get(id);
      if (name === undefined) assert.throws(() => read(bytes), ProtocolError, `id ${id}`);
      else assert.equal(read(bytes), nativeTypes[name as keyof typeof nativeTypes]);
    }
    assert.throws(() => read(Buffer.from('ffff', 'hex')), /0xffff/);
    assert.throws(() => read(Buffer.from('0023', 'hex')), /0x0023/);
  });

  it('should_read_custom_types_of_known_classes_as_what_they_are', () => {
    const vector: CqlType = { kind: 'vector', element: { kind: 'float' }, dimension: 3 };
    const custom = (name: string): Buffer => new WireWriter().short(0).string(name).finish();
    assert.deepEqual(read(custom(className(vector))), vector);
    assert.equal(read(custom('org.apache.cassandra.db.marshal.DurationType')), nativeTypes.duration);
    assert.deepEqual(read(custom('com.example.Point')), { kind: 'custom', className: 'com.example.Point' });
  });

  it('should_bound_the_depth_of_nesting_options_and_class_names_taken_together', () => {
    const lists = (options: number, names: number): Buffer => {
      const w = new WireWriter();
      for (let i = 0; i < options; i++) w.short(0x20);
      let inner: CqlType = nativeTypes.int;
      for (let i = 0; i < names; i++) inner = { kind: 'list', element: inner, frozen: true };
      writeCqlType(w, inner);
      return w.finish();
    };
    assert.equal(read(lists(64, 0)).kind, 'list');
    assert.throws(() => read(lists(65, 0)), /nested deeper than 64/);
    assert.equal(read(lists(60, 2)).kind, 'list');
    assert.throws(() => read(lists(60, 3)), /nested deeper than 64/);
    const millionLists = Buffer.alloc(2_000_000);
    for (let i = 1; i < millionLists.length; i += 2) millionLists[i] = 0x20;
    assert.throws(() => read(millionLists), ProtocolError);
  });

  it('should_count_the_depth_of_every_kind_of_type', () => {
    const wraps: readonly ((inner: CqlType) => CqlType)[] = [
      (element) => ({ kind: 'list', element, frozen: false }),
      (element) => ({ kind: 'set', element, frozen: false }),
      (key) => ({ kind: 'map', key, value: nativeTypes.int, frozen: false }),
      (value) => ({ kind: 'map', key: nativeTypes.int, value, frozen: false }),
      (inner) => ({ kind: 'tuple', elements: [nativeTypes.int, inner] }),
      (type) => ({ kind: 'udt', keyspace: 'k', name: 'u', fields: [{ name: 'f', type }], frozen: false }),
    ];
    for (const wrap of wraps) {
      const nested = (levels: number): Buffer => {
        let type: CqlType = nativeTypes.int;
        for (let i = 0; i < levels; i++) type = wrap(type);
        const w = new WireWriter();
        writeCqlType(w, type);
        return w.finish();
      };
      assert.doesNotThrow(() => read(nested(64)));
      assert.throws(() => read(nested(65)), /nested deeper than 64/);
    }
  });

  it('should_refuse_counts_that_the_bytes_cannot_hold_before_it_makes_anything_of_them', () => {
    assert.throws(() => read(new WireWriter().short(0x31).short(0xffff).short(9).finish()), /65535 elements/);
    const udt = new WireWriter().short(0x30).string('ks').string('t').short(0xffff).string('f').short(9).finish();
    assert.throws(() => read(udt), /65535 elements/);
  });

  it('should_take_names_from_the_server_as_plain_values', () => {
    const type = { kind: 'udt', keyspace: '__proto__', name: 'constructor', frozen: false } as const;
    const fields = ['__proto__', 'constructor', 'kind'].map((name) => ({ name, type: { kind: 'int' } as const }));
    const w = new WireWriter();
    writeCqlType(w, { ...type, fields });
    assert.deepEqual(read(w.finish()), { ...type, fields });
    assert.equal(({} as Record<string, unknown>)['kind'], undefined);
  });
});
