import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolError } from '../../../src/errors/index.ts';
import { ByteReader, readEvent, readSchemaChange } from '../../../src/protocol/index.ts';
import { encodeEvent, WireWriter } from '../../support/wire/index.ts';

describe('readEvent', () => {
  it('should_read_every_change_of_topology_and_status', () => {
    for (const change of ['NEW_NODE', 'REMOVED_NODE', 'MOVED_NODE'] as const) {
      const event = { type: 'TOPOLOGY_CHANGE', change, address: '2001:db8::1', port: 9042 } as const;
      assert.deepEqual(readEvent(ByteReader.of(encodeEvent(event))), event);
    }
    for (const change of ['UP', 'DOWN'] as const) {
      const event = { type: 'STATUS_CHANGE', change, address: '10.0.0.1', port: 19042 } as const;
      assert.deepEqual(readEvent(ByteReader.of(encodeEvent(event))), event);
    }
  });

  it('should_read_a_change_of_the_schema', () => {
    const change = { changeType: 'UPDATED', target: 'TYPE', keyspace: 'shop', name: 'address' } as const;
    const bytes = encodeEvent({ type: 'SCHEMA_CHANGE', ...change });
    assert.deepEqual(readEvent(ByteReader.of(bytes)), { type: 'SCHEMA_CHANGE', change });
  });

  it('should_pass_on_an_event_type_that_it_does_not_know_without_reading_its_body', () => {
    const bytes = new WireWriter().string('GRACEFUL_DISCONNECT').int(1).finish();
    assert.deepEqual(readEvent(ByteReader.of(bytes)), { type: 'UNKNOWN', name: 'GRACEFUL_DISCONNECT' });
  });

  it('should_refuse_changes_that_a_known_type_does_not_have', () => {
    for (const type of ['TOPOLOGY_CHANGE', 'STATUS_CHANGE']) {
      const bytes = new WireWriter().string(type).string('EXPLODED').inet('10.0.0.1', 9042).finish();
      assert.throws(() => readEvent(ByteReader.of(bytes)), /EXPLODED/);
    }
  });
});

describe('readSchemaChange', () => {
  it('should_refuse_unknown_changes_and_targets', () => {
    const change = (changeType: string, target: string): ByteReader =>
      ByteReader.of(new WireWriter().string(changeType).string(target).string('ks').string('name').finish());
    assert.throws(() => readSchemaChange(change('RENAMED', 'TABLE')), /change is "RENAMED"/);
    assert.throws(() => readSchemaChange(change('CREATED', 'TRIGGER')), /target is "TRIGGER"/);
    assert.throws(
      () => readSchemaChange(change('x'.repeat(5000), 'TABLE')),
      (e: Error) => e.message.length < 200,
    );
    assert.throws(() => readSchemaChange(change('__proto__', 'TABLE')), ProtocolError);
  });
});
