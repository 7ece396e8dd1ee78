import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EnvelopeFlag, Opcode, opcodeName } from '../../../src/protocol/index.ts';
import { envelopeFlags, opcodes } from '../../support/wire/index.ts';

describe('opcodes and envelope flags', () => {
  it('should_be_those_that_the_tests_wrote_down_from_the_specification', () => {
    assert.deepEqual({ ...Opcode }, { ...opcodes });
    assert.deepEqual({ ...EnvelopeFlag }, { ...envelopeFlags });
  });

  it('should_name_known_opcodes_and_show_others_in_hexadecimal', () => {
    assert.equal(opcodeName(0x0a), 'EXECUTE');
    assert.equal(opcodeName(0x04), '0x04');
    assert.equal(opcodeName(0xff), '0xff');
  });
});
