import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { error, rows, sequence, t } from '../../support/index.ts';
import { rejection, SessionHarness } from '../../support/session/session-harness.ts';

describe('getTrace', () => {
  const SESSIONS = 'SELECT * FROM system_traces.sessions WHERE session_id = ?';
  const EVENTS = 'SELECT * FROM system_traces.events WHERE session_id = ?';
  const columns = {
    request: t.text,
    coordinator: t.inet,
    client: t.inet,
    command: t.text,
    duration: t.int,
    started_at: t.timestamp,
    parameters: t.map(t.text, t.text),
  };
  const eventColumns = { activity: t.text, source: t.inet, source_elapsed: t.int, thread: t.text };
  const noEvent = rows(eventColumns);
  const oneEvent = rows(eventColumns, [['Parsing', '10.0.0.1', 3, 'main']]);
  const begun = ['r', '10.0.0.1', null, 'QUERY', null, null, null] as const;
  const whole = ['r', '10.0.0.1', '10.0.0.9', 'QUERY', 42, null, null] as const;
  const id = '11111111-0000-1000-8000-000000000000';
  const bind = { bind: { session_id: t.uuid } };

  /** In no order, and once each: a node that has not prepared the statement is asked twice. */
  function consistenciesOf(h: SessionHarness): Set<string | undefined> {
    return new Set(h.servers.nodes.flatMap(({ log }) => log.ofOpcode('EXECUTE')).map(({ consistency }) => consistency));
  }

  test('should wait until the trace is complete', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(SESSIONS, sequence(rows(columns), rows(columns, [[...begun]]), rows(columns, [[...whole]])), bind);
    h.servers.when(EVENTS, oneEvent, bind);
    const trace = await h.settle(h.session.getTrace(id));
    assert.equal(trace.durationMicros, 42);
    assert.equal(trace.coordinator, '10.0.0.1');
    assert.deepEqual(trace.events, [{ activity: 'Parsing', source: '10.0.0.1', elapsedMicros: 3, thread: 'main' }]);
    assert.deepEqual([...trace.parameters], []);
    assert.deepEqual(consistenciesOf(h), new Set(['ONE']));
  });

  test('should read again while a replica knows the duration and not the rest', async () => {
    await using h = await SessionHarness.start();
    const ofOtherReplica = [null, null, null, null, 42, null, null];
    h.servers.when(SESSIONS, sequence(rows(columns, [ofOtherReplica]), rows(columns, [[...whole]])), bind);
    h.servers.when(EVENTS, sequence(noEvent, oneEvent), bind);
    const trace = await h.settle(h.session.getTrace(id));
    assert.equal(trace.coordinator, '10.0.0.1');
    assert.equal(trace.events.length, 1);
  });

  test('should ask all replicas, of which each may lack something', async () => {
    await using h = await SessionHarness.start({ nodes: 3 });
    h.servers.when(SESSIONS, rows(columns, [[...whole]]), bind);
    h.servers.when(EVENTS, oneEvent, bind);
    await h.settle(h.session.getTrace(id));
    assert.deepEqual(consistenciesOf(h), new Set(['ALL']));
  });

  for (const [name, failure] of [
    ['is known to be away', error('unavailable', { consistency: 'ALL', required: 2, alive: 1 })],
    ['does not answer', error('readTimeout', { consistency: 'ALL', received: 1, required: 2, dataPresent: false })],
  ] as const) {
    test(`should do with one replica when another ${name}`, async () => {
      await using h = await SessionHarness.start({ nodes: 3 });
      h.servers.when(SESSIONS, rows(columns, [[...whole]]), bind);
      h.servers.when(EVENTS, oneEvent, bind);
      h.servers.when({ cql: SESSIONS, where: ({ consistency }) => consistency === 'ALL' }, failure, bind);
      assert.equal((await h.settle(h.session.getTrace(id))).durationMicros, 42);
      assert.deepEqual(consistenciesOf(h), new Set(['ALL', 'ONE']));
    });
  }

  test('should give up in time, and at once with the signal', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(SESSIONS, rows(columns), bind);
    const started = h.clock.now();
    assert.equal((await h.failure(h.session.getTrace(id, { timeoutMs: 400 }))).name, 'TimeoutError');
    assert.ok(h.clock.now() - started <= 420);
    const controller = new AbortController();
    const waiting = rejection(h.session.getTrace(id, { signal: controller.signal }));
    await h.clock.advance(300);
    controller.abort('enough');
    const now = h.clock.now();
    assert.equal((await h.settle(waiting)).name, 'AbortError');
    assert.ok(h.clock.now() - now < 5);
  });
});
