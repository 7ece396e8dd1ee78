import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolError } from '../../../src/errors/index.ts';
import { consistencyCode, consistencyName, isConsistency } from '../../../src/protocol/index.ts';
import { consistencies } from '../../support/wire/index.ts';

describe('consistency levels', () => {
  it('should_have_the_codes_of_the_specification_both_ways', () => {
    consistencies.forEach((name, code) => {
      assert.equal(consistencyCode(name), code);
      assert.equal(consistencyName(code), name);
    });
  });

  it('should_refuse_codes_that_do_not_exist', () => {
    for (const code of [11, 0xffff, -1]) assert.throws(() => consistencyName(code), ProtocolError);
  });

  it('should_tell_names_from_other_values', () => {
    assert.ok(isConsistency('LOCAL_QUORUM'));
    for (const value of ['local_quorum', 'toString', '__proto__', '', 6, undefined, null]) {
      assert.ok(!isConsistency(value), String(value));
    }
  });
});
