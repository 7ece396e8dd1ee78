import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationError, InvalidValueError } from '../../../src/errors/index.ts';
import {
  ByteWriter,
  writeBatch,
  writeCustomPayload,
  writeExecute,
  writePrepare,
  writeQuery,
} from '../../../src/protocol/index.ts';
import {
  encodeRequest,
  type ParametersData,
  queryParameters,
  RawValueWriter,
} from '../../support/messages/request-encoding.ts';
import { decodeRequest, opcodes, WireReader } from '../../support/wire/index.ts';

const plain: ParametersData = { consistency: 'ONE' };

function tooMany(): { writer: RawValueWriter; bound: null[] } {
  return { writer: new RawValueWriter(65_536), bound: new Array<null>(65_536).fill(null) };
}

describe('requests', () => {
  it('should_refuse_options_of_version_5_on_version_4_and_name_them', () => {
    const refused = (path: string) => (error: unknown) => error instanceof ConfigurationError && error.path === path;
    for (const [path, option] of Object.entries({ keyspace: 'shop', nowInSeconds: 7 })) {
      const parameters = { ...plain, [path]: option };
      assert.throws(() => encodeRequest(4, { opcode: 'QUERY', message: { query: 'x', parameters } }), refused(path));
      assert.throws(() => encodeRequest(4, { opcode: 'EXECUTE', message: { id: '01', parameters } }), refused(path));
      const batch = { type: 0, statements: [], consistency: 'ONE', [path]: option } as const;
      assert.throws(() => encodeRequest(4, { opcode: 'BATCH', message: batch }), refused(path));
    }
    assert.throws(() => writePrepare(new ByteWriter(64), 4, 'x', 'shop'), refused('keyspace'));
  });

  it('should_refuse_more_values_or_statements_than_a_short_counts', () => {
    const w = new ByteWriter(64);
    const { writer, bound } = tooMany();
    const member = { cql: 'x', values: null, bound: [] };
    const batch = { type: 0, consistency: 1, serialConsistency: undefined, timestamp: undefined } as const;
    const v5 = { keyspace: undefined, nowInSeconds: undefined };
    const many = new Array<typeof member>(65_536).fill(member);
    assert.throws(() => writeQuery(w, 5, 'x', queryParameters(plain), writer, bound), InvalidValueError);
    assert.throws(
      () => writeBatch(w, 5, { ...batch, ...v5, statements: [{ cql: 'x', values: writer, bound }] }),
      InvalidValueError,
    );
    assert.throws(() => writeBatch(w, 5, { ...batch, ...v5, statements: many }), InvalidValueError);
  });

  it('should_leave_out_values_when_there_are_none', () => {
    const body = encodeRequest(5, { opcode: 'QUERY', message: { query: 'x', parameters: { ...plain, values: [] } } });
    assert.equal(body.toString('hex'), '0000000178000100000000');
  });

  it('should_write_after_what_the_writer_holds_already_and_leave_it_alone', () => {
    const w = new ByteWriter(4);
    w.writeInt(0x11223344);
    const parameters = queryParameters({ ...plain, pagingState: 'ab'.repeat(3000), timestamp: '-9223372036854775807' });
    writeExecute(w, 5, Buffer.alloc(16, 1), Buffer.alloc(16, 2), parameters, new RawValueWriter(1), [
      'cc'.repeat(3000),
    ]);
    const bytes = w.buf.subarray(0, w.pos);
    assert.equal(bytes.readInt32BE(0), 0x11223344);
    const decoded = decodeRequest(5, opcodes.EXECUTE, new WireReader(bytes, 4));
    assert.ok(decoded.opcode === opcodes.EXECUTE);
    assert.equal(decoded.id.toString('hex'), '01'.repeat(16));
    assert.equal(decoded.resultMetadataId?.toString('hex'), '02'.repeat(16));
    assert.equal(decoded.parameters.timestamp, -9223372036854775807n);
    assert.equal(decoded.parameters.pagingState?.length, 3000);
    assert.deepEqual(decoded.parameters.values, [Buffer.alloc(3000, 0xcc)]);
  });

  it('should_interleave_names_and_values_of_any_length', () => {
    const names = ['', 'é'.repeat(5000), 'a', '__proto__'];
    const values = ['00'.repeat(70_000), null, 'unset', ''];
    const body = encodeRequest(5, {
      opcode: 'QUERY',
      message: { query: 'x', parameters: { ...plain, names, values, pageSize: 9 } },
    });
    const decoded = decodeRequest(5, opcodes.QUERY, new WireReader(body));
    assert.ok(decoded.opcode === opcodes.QUERY);
    assert.deepEqual(decoded.parameters.names, names);
    assert.deepEqual(decoded.parameters.values, [Buffer.alloc(70_000), null, 'unset', Buffer.alloc(0)]);
    assert.equal(decoded.parameters.pageSize, 9);
  });

  it('should_write_an_empty_metadata_id_when_version_5_has_none_to_send', () => {
    const body = encodeRequest(5, { opcode: 'EXECUTE', message: { id: '0102', parameters: plain } });
    assert.equal(body.toString('hex'), '0002010200000001' + '00000000');
  });

  it('should_write_a_batch_statement_without_values', () => {
    const w = new ByteWriter(64);
    const statements = [{ id: Buffer.from('0102', 'hex'), values: null, bound: [] }];
    const options = {
      serialConsistency: undefined,
      timestamp: undefined,
      keyspace: undefined,
      nowInSeconds: undefined,
    };
    writeBatch(w, 4, { type: 1, statements, consistency: 1, ...options });
    assert.equal(w.buf.subarray(0, w.pos).toString('hex'), '01000101000201020000' + '000100');
  });

  it('should_write_a_custom_payload', () => {
    const w = new ByteWriter(1);
    const payload = new Map([
      ['key', Buffer.from('cafe', 'hex')],
      ['none', null],
    ]);
    writeCustomPayload(w, payload);
    assert.deepEqual(new WireReader(Buffer.from(w.buf.subarray(0, w.pos))).bytesMap(), payload);
  });
});
