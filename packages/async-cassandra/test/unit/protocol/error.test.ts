import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as errors from '../../../src/errors/index.ts';
import { ByteReader, ErrorCode, readError } from '../../../src/protocol/index.ts';
import { encodeError, errorCodes, type ErrorFields, type ErrorName, WireWriter } from '../../support/wire/index.ts';

const classes: Readonly<Record<ErrorName, abstract new (...args: never[]) => errors.QueryError>> = {
  serverError: errors.ServerError,
  protocolError: errors.ServerProtocolError,
  authenticationError: errors.BadCredentialsError,
  unavailable: errors.UnavailableError,
  overloaded: errors.OverloadedError,
  isBootstrapping: errors.IsBootstrappingError,
  truncateError: errors.TruncateError,
  writeTimeout: errors.WriteTimeoutError,
  readTimeout: errors.ReadTimeoutError,
  readFailure: errors.ReadFailureError,
  functionFailure: errors.FunctionFailureError,
  writeFailure: errors.WriteFailureError,
  cdcWriteFailure: errors.CdcWriteFailureError,
  casWriteUnknown: errors.CasWriteUnknownError,
  syntaxError: errors.CqlSyntaxError,
  unauthorized: errors.UnauthorizedError,
  invalid: errors.InvalidQueryError,
  configError: errors.ServerConfigurationError,
  alreadyExists: errors.AlreadyExistsError,
  unprepared: errors.UnpreparedError,
};
const names = Object.keys(classes) as ErrorName[];

function read(version: 4 | 5, name: ErrorName | number, fields?: ErrorFields): errors.QueryError {
  const reader = ByteReader.of(encodeError(version, name, fields));
  const error = readError(reader, version, '10.0.0.1:9042');
  assert.equal(reader.remaining, 0);
  return error;
}

describe('readError', () => {
  it('should_have_the_codes_of_the_specification', () => {
    assert.deepEqual(Object.values(ErrorCode), Object.values(errorCodes));
  });

  it('should_make_an_error_of_the_class_of_its_code_with_message_and_node', () => {
    for (const version of [4, 5] as const) {
      for (const name of names) {
        const error = read(version, name, { message: `it was ${name}` });
        assert.equal(error.constructor, classes[name]);
        assert.equal(error.serverCode, errorCodes[name]);
        assert.equal(error.message, `it was ${name}`);
        assert.equal(error.node, '10.0.0.1:9042');
      }
    }
  });

  it('should_refuse_every_error_cut_at_every_offset', () => {
    for (const version of [4, 5] as const) {
      for (const name of names) {
        const bytes = encodeError(version, name, { writeType: 'CAS', argumentTypes: ['int'] });
        for (let length = 0; length < bytes.length; length++) {
          assert.throws(() => readError(ByteReader.of(bytes.subarray(0, length)), version), errors.ProtocolError);
        }
      }
    }
  });

  it('should_make_a_plain_query_error_of_a_code_that_it_does_not_know', () => {
    const error = read(5, 0x1234, { message: 'from the future' });
    assert.equal(error.constructor, errors.QueryError);
    assert.equal(error.serverCode, 0x1234);
    assert.equal(error.message, 'from the future');
  });

  it('should_read_contentions_of_a_conditional_write_in_version_5_only', () => {
    const fields = { writeType: 'CAS', contentions: 7 };
    const read5 = read(5, 'writeTimeout', fields) as errors.WriteTimeoutError;
    const read4 = read(4, 'writeTimeout', fields) as errors.WriteTimeoutError;
    const simple = read(5, 'writeTimeout', { writeType: 'SIMPLE' }) as errors.WriteTimeoutError;
    assert.equal(read5.contentions, 7);
    assert.equal(read4.contentions, undefined);
    assert.equal(simple.contentions, undefined);
    assert.deepEqual(
      [read5.writeType, read5.consistency, read5.received, read5.required],
      ['CAS', 'LOCAL_QUORUM', 1, 2],
    );
  });

  it('should_count_failures_in_version_4_and_name_them_in_version_5', () => {
    const failures = { '10.0.0.2': 0x0001, '2001:db8::1': 0xffff };
    for (const name of ['readFailure', 'writeFailure'] as const) {
      const read4 = read(4, name, { failures }) as errors.ReadFailureError;
      const read5 = read(5, name, { failures }) as errors.ReadFailureError;
      assert.equal(read4.failures, 2);
      assert.equal(read4.failuresByNode, undefined);
      assert.equal(read5.failures, 2);
      assert.deepEqual({ ...read5.failuresByNode }, failures);
    }
  });

  it('should_refuse_a_count_of_failures_that_the_bytes_cannot_hold', () => {
    for (const count of [-1, 0x7fffffff, 3]) {
      const w = new WireWriter().int(0x1300).string('').short(1).int(0).int(1).int(count).inetAddr('10.0.0.1').short(0);
      assert.throws(() => readError(ByteReader.of(w.byte(0).finish()), 5), errors.ProtocolError);
    }
  });

  it('should_refuse_a_consistency_level_that_does_not_exist', () => {
    const w = new WireWriter().int(0x1000).string('').short(0x00ff).int(2).int(1);
    assert.throws(() => readError(ByteReader.of(w.finish()), 5), /consistency level 255/);
  });

  it('should_give_the_other_fields', () => {
    const unavailable = read(5, 'unavailable', { consistency: 'EACH_QUORUM', required: 3, alive: 2 });
    assert.deepEqual(pick(unavailable, ['consistency', 'required', 'alive']), ['EACH_QUORUM', 3, 2]);
    assert.deepEqual(pick(read(5, 'readTimeout', { dataPresent: true }), ['dataPresent']), [true]);
    const failed = read(5, 'functionFailure', { keyspace: 'ks', functionName: 'f', argumentTypes: ['int', 'text'] });
    assert.deepEqual(pick(failed, ['keyspace', 'functionName', 'argumentTypes']), ['ks', 'f', ['int', 'text']]);
    assert.deepEqual(pick(read(5, 'alreadyExists', { keyspace: 'a', table: 'b' }), ['keyspace', 'table']), ['a', 'b']);
    assert.deepEqual(pick(read(5, 'unprepared', { id: Buffer.from('0abc', 'hex') }), ['statementId']), ['0abc']);
  });
});

function pick(error: errors.QueryError, fields: readonly string[]): unknown[] {
  return fields.map((field) => (error as unknown as Record<string, unknown>)[field]);
}
