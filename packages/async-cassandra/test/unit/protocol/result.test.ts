import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolError } from '../../../src/errors/index.ts';
import { ByteReader, readResultKind, readSetKeyspace, ResultKind } from '../../../src/protocol/index.ts';
import { encodeSetKeyspace, resultKinds, WireWriter } from '../../support/wire/index.ts';

describe('results', () => {
  it('should_have_the_kinds_of_the_specification', () => {
    assert.deepEqual({ ...ResultKind }, { ...resultKinds });
    for (const kind of Object.values(resultKinds)) {
      assert.equal(readResultKind(ByteReader.of(new WireWriter().int(kind).finish())), kind);
    }
  });

  it('should_refuse_kinds_that_do_not_exist', () => {
    for (const kind of [0, 6, -1, 0x7fffffff]) {
      assert.throws(() => readResultKind(ByteReader.of(new WireWriter().int(kind).finish())), ProtocolError);
    }
  });

  it('should_read_the_keyspace_that_was_set', () => {
    const reader = ByteReader.of(encodeSetKeyspace('Shop é'));
    assert.equal(readResultKind(reader), ResultKind.SET_KEYSPACE);
    assert.equal(readSetKeyspace(reader), 'Shop é');
  });
});
