import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { type Consistency, consistencyCode, type ProtocolVersion } from '../../../src/protocol/index.ts';
import { anyText } from '../../support/any-text.ts';
import {
  type BatchData,
  encodeRequest,
  type ParametersData,
  type RequestData,
} from '../../support/messages/request-encoding.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import {
  consistencies,
  type DecodedParameters,
  decodeRequest,
  opcodes,
  type RawValue,
  WireReader,
} from '../../support/wire/index.ts';

const consistency = fc.constantFrom<Consistency>(...consistencies);
const hex = (maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength }).map((b) => Buffer.from(b).toString('hex'));
const value = fc.oneof(hex(40), fc.constant(null), fc.constant('unset'));
const int32 = fc.integer({ min: -0x80000000, max: 0x7fffffff });
const text = anyText(40);
const timestamp = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const versions = fc.constantFrom<ProtocolVersion>(4, 5);

function parameters(version: ProtocolVersion): fc.Arbitrary<ParametersData> {
  const ofVersion5 = version === 5 ? { keyspace: text, nowInSeconds: int32 } : {};
  const options = fc.record(
    { pageSize: int32, pagingState: hex(30), serialConsistency: consistency, timestamp, ...ofVersion5 },
    { requiredKeys: [] },
  );
  const values = fc.array(value, { minLength: 1, maxLength: 6 });
  const bound = fc.oneof(
    fc.constant({}),
    fc.record({ values }),
    values.chain((v) =>
      fc.record({ values: fc.constant(v), names: fc.array(text, { minLength: v.length, maxLength: v.length }) }),
    ),
  );
  const required = fc.record({ consistency, skipMetadata: fc.boolean() });
  return fc.tuple(options, bound, required).map(([a, b, c]) => ({ ...a, ...b, ...c }) as ParametersData);
}

function batch(version: ProtocolVersion): fc.Arbitrary<BatchData> {
  const values = fc.array(value, { maxLength: 4 });
  const statement = fc.oneof(fc.record({ query: text, values }), fc.record({ id: hex(20), values }));
  const ofVersion5 = version === 5 ? { keyspace: text, nowInSeconds: int32 } : {};
  const message = fc.record(
    {
      type: fc.constantFrom(0, 1, 2),
      statements: fc.array(statement, { maxLength: 5 }),
      consistency,
      serialConsistency: consistency,
      timestamp,
      ...ofVersion5,
    },
    { requiredKeys: ['type', 'statements', 'consistency'] },
  );
  return message.map((m) => m as BatchData);
}

function request(version: ProtocolVersion): fc.Arbitrary<RequestData> {
  const of = <O extends RequestData['opcode']>(opcode: O, message: fc.Arbitrary<unknown>): fc.Arbitrary<RequestData> =>
    message.map((m) => ({ opcode, message: m }) as RequestData);
  const ids = version === 5 ? { id: hex(20), resultMetadataId: hex(20) } : { id: hex(20) };
  return fc.oneof(
    of('STARTUP', fc.record({ options: fc.dictionary(text, text, { maxKeys: 5 }) })),
    of('AUTH_RESPONSE', fc.record({ token: fc.oneof(hex(30), fc.constant(null)) })),
    of(
      'PREPARE',
      fc.record({ query: text, ...(version === 5 ? { keyspace: text } : {}) }, { requiredKeys: ['query'] }),
    ),
    of('REGISTER', fc.record({ types: fc.array(text, { maxLength: 4 }) })),
    of('QUERY', fc.record({ query: text, parameters: parameters(version) })),
    of('EXECUTE', fc.record({ ...ids, parameters: parameters(version) })),
    of('BATCH', batch(version)),
  );
}

const raw = (v: string | null): RawValue => (v === null || v === 'unset' ? v : Buffer.from(v, 'hex'));
const bytes = (v: string | undefined): Buffer | undefined => (v === undefined ? undefined : Buffer.from(v, 'hex'));
const code = (c: Consistency | undefined): number | undefined => (c === undefined ? undefined : consistencyCode(c));

/** What the tests' own decoder should find. */
function expectedParameters(
  p: Omit<ParametersData, 'values'>,
  values: ParametersData['values'] = [],
): Omit<DecodedParameters, 'flags'> {
  return {
    consistency: consistencyCode(p.consistency),
    values: values.map(raw),
    names: p.names === undefined ? undefined : [...p.names],
    skipMetadata: p.skipMetadata === true,
    pageSize: p.pageSize,
    pagingState: bytes(p.pagingState),
    serialConsistency: code(p.serialConsistency),
    timestamp: p.timestamp === undefined ? undefined : BigInt(p.timestamp),
    keyspace: p.keyspace,
    nowInSeconds: p.nowInSeconds,
  };
}

function withoutFlags({ flags: _, ...parameters }: DecodedParameters): Omit<DecodedParameters, 'flags'> {
  return parameters;
}

function check(version: ProtocolVersion, sent: RequestData): void {
  const decoded = decodeRequest(version, opcodes[sent.opcode], new WireReader(encodeRequest(version, sent)));
  const { message } = sent;
  switch (sent.opcode) {
    case 'STARTUP':
      assert.deepEqual(decoded, { opcode: opcodes.STARTUP, options: new Map(Object.entries(sent.message.options)) });
      break;
    case 'AUTH_RESPONSE':
      assert.deepEqual(decoded, {
        opcode: opcodes.AUTH_RESPONSE,
        token: sent.message.token === null ? null : bytes(sent.message.token),
      });
      break;
    case 'PREPARE':
      assert.deepEqual(decoded, { opcode: opcodes.PREPARE, cql: sent.message.query, keyspace: sent.message.keyspace });
      break;
    case 'REGISTER':
      assert.deepEqual(decoded, { opcode: opcodes.REGISTER, eventTypes: sent.message.types });
      break;
    case 'QUERY':
    case 'EXECUTE': {
      assert.ok(decoded.opcode === opcodes.QUERY || decoded.opcode === opcodes.EXECUTE);
      assert.deepEqual(
        withoutFlags(decoded.parameters),
        expectedParameters(sent.message.parameters, sent.message.parameters.values),
      );
      if (decoded.opcode === opcodes.QUERY) assert.equal(decoded.cql, (message as { query: string }).query);
      else {
        const ids = message as { id: string; resultMetadataId?: string };
        assert.deepEqual([decoded.id, decoded.resultMetadataId], [bytes(ids.id), bytes(ids.resultMetadataId)]);
      }
      break;
    }
    case 'BATCH':
      assert.ok(decoded.opcode === opcodes.BATCH);
      assert.equal(decoded.batch.type, ['logged', 'unlogged', 'counter'][sent.message.type]);
      assert.deepEqual(withoutFlags(decoded.batch.parameters), expectedParameters(sent.message));
      assert.deepEqual(
        decoded.batch.members,
        sent.message.statements.map((s) => ({ cql: s.query, id: bytes(s.id), values: s.values.map(raw) })),
      );
      break;
    case 'OPTIONS':
      break;
  }
}

describe('requests of any content', () => {
  it('should_be_read_back_equal_and_to_the_last_byte_by_the_decoder_of_the_tests', () => {
    const any = versions.chain((version) => fc.tuple(fc.constant(version), request(version)));
    fc.assert(
      fc.property(any, ([version, sent]) => {
        check(version, sent);
      }),
      { numRuns: propertyRuns(5000) },
    );
  });
});
