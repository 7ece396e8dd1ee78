import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolError } from '../../../src/errors/index.ts';
import { ByteReader, EnvelopeFlag, readPreamble, readResultKind, ResultKind } from '../../../src/protocol/index.ts';
import { encodePreamble, WireWriter } from '../../support/wire/index.ts';

const traceId = '5b1e7f3a-0c1d-11ee-be56-0242ac120002';
const full = {
  traceId,
  warnings: ['Aggregation query used without partition key', ''],
  customPayload: { key: Buffer.from('cafe', 'hex'), none: null, ['__proto__']: Buffer.alloc(0) },
};

describe('readPreamble', () => {
  it('should_return_null_and_read_nothing_when_no_flag_is_set', () => {
    const reader = ByteReader.of(Buffer.from('00000001', 'hex'));
    assert.equal(readPreamble(reader, 0), null);
    assert.equal(readPreamble(reader, EnvelopeFlag.COMPRESSION | EnvelopeFlag.BETA | 0xe0), null);
    assert.equal(readResultKind(reader), ResultKind.VOID);
  });

  it('should_read_tracing_id_warnings_and_payload_in_that_order_and_stop_before_the_message', () => {
    const { flags, bytes } = encodePreamble(full);
    const reader = ByteReader.of(Buffer.concat([bytes, Buffer.from('00000001', 'hex')]));
    const preamble = readPreamble(reader, flags);
    assert.equal(preamble?.traceId, traceId);
    assert.deepEqual(preamble?.warnings, full.warnings);
    assert.deepEqual(preamble?.customPayload, new Map(Object.entries(full.customPayload)));
    assert.equal(readResultKind(reader), ResultKind.VOID);
  });

  it('should_read_each_part_alone', () => {
    for (const part of ['traceId', 'warnings', 'customPayload'] as const) {
      const { flags, bytes } = encodePreamble({ [part]: full[part] });
      const preamble = readPreamble(ByteReader.of(bytes), flags);
      assert.ok(preamble?.[part] !== undefined);
      const others = (['traceId', 'warnings', 'customPayload'] as const).filter((name) => name !== part);
      for (const other of others) assert.equal(preamble?.[other], undefined);
    }
  });

  it('should_refuse_a_preamble_cut_at_every_offset', () => {
    const { flags, bytes } = encodePreamble(full);
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(() => readPreamble(ByteReader.of(bytes.subarray(0, length)), flags), ProtocolError);
    }
  });

  it('should_give_payload_bytes_their_own_memory', () => {
    const bytes = new WireWriter().bytesMap({ key: Buffer.from('cafe', 'hex') }).finish();
    const value = readPreamble(ByteReader.of(bytes), EnvelopeFlag.CUSTOM_PAYLOAD)?.customPayload?.get('key');
    bytes.fill(0);
    assert.equal(value?.toString('hex'), 'cafe');
  });
});
