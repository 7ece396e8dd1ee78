import assert from 'node:assert/strict';
import { it } from 'node:test';
import { BatchStatement, ConfigurationError, TimeoutError } from 'async-cassandra';
import { describeOnEveryPair } from './support/every-pair.ts';

const SCHEMA = ['CREATE TABLE facts (id text, n int, label text, PRIMARY KEY (id, n))'];

describeOnEveryPair('What the server tells besides rows', SCHEMA, (context) => {
  it('should trace what is asked for, and fetch the trace', async () => {
    const { session } = context;
    const insert = await session.prepare('INSERT INTO facts (id, n) VALUES (?, ?)');
    const traced = await session.execute(insert, [context.key(), 1], { trace: true });
    const { traceId } = traced.executionInfo;
    assert.match(String(traceId), /^[0-9a-f]{8}-[0-9a-f]{4}-1/);
    const trace = await session.getTrace(String(traceId), { timeoutMs: 20_000 });
    assert.equal(trace.traceId, traceId);
    assert.ok(trace.durationMicros > 0);
    assert.ok(trace.events.length > 0);
    assert.ok(trace.events.every((event) => event.activity.length > 0));
    assert.ok(trace.startedAt !== null && Math.abs(trace.startedAt.getTime() - Date.now()) < 60_000);
    assert.equal(trace.command, 'QUERY');
    const plain = await session.execute(insert, [context.key(), 1]);
    assert.equal(plain.executionInfo.traceId, undefined);
  });

  it('should trace texts and batches too', async () => {
    const { session } = context;
    const text = await session.execute('SELECT key FROM system.local', undefined, { trace: true });
    assert.equal(text.one()?.['key'], 'local');
    assert.notEqual(text.executionInfo.traceId, undefined);
    const batch = new BatchStatement().add('INSERT INTO facts (id, n) VALUES (?, 1)', [context.key()]);
    const executed = await session.executeBatch(batch, { trace: true });
    assert.notEqual(executed.executionInfo.traceId, undefined);
  });

  it('should say that a trace is not there', async () => {
    const { session } = context;
    const traceId = '00000000-0000-1000-8000-000000000000';
    await assert.rejects(session.getTrace(traceId, { timeoutMs: 50 }), TimeoutError);
  });

  it('should send a custom payload, which this server ignores', async () => {
    const { session } = context;
    const customPayload = { proxy: Buffer.from('user'), nothing: null, empty: Buffer.alloc(0) };
    const key = context.key();
    await session.execute('INSERT INTO facts (id, n) VALUES (?, ?)', [key, 1], { customPayload });
    const result = await session.execute(`SELECT n FROM facts WHERE id = '${key}'`, undefined, { customPayload });
    assert.deepEqual(result.one(), { n: 1 });
    assert.equal(result.executionInfo.customPayload, undefined);
    const batch = new BatchStatement().add('INSERT INTO facts (id, n) VALUES (?, 2)', [key]);
    await session.executeBatch(batch, { customPayload });
    const wrong = { customPayload: { a: 'text' } as unknown as Record<string, Uint8Array> };
    await assert.rejects(session.execute('SELECT key FROM system.local', undefined, wrong), ConfigurationError);
  });

  it('should hand on the warnings of the server', async () => {
    const { session } = context;
    const counted = await session.execute('SELECT count(*) AS n FROM facts');
    assert.equal(counted.warnings.length, 1);
    assert.match(String(counted.warnings[0]), /[Aa]ggregation query used without partition key/);
    const batch = new BatchStatement('unlogged');
    const label = 'x'.repeat(1_000);
    for (let n = 0; n < 20; n++)
      batch.add('INSERT INTO facts (id, n, label) VALUES (?, ?, ?)', [context.key(), n, label]);
    const large = await session.executeBatch(batch);
    assert.ok(
      large.warnings.some((warning) => /exceeding specified/.test(warning)),
      large.warnings.join('; '),
    );
    assert.deepEqual((await session.execute('SELECT key FROM system.local')).warnings, []);
  });

  it('should hand on warnings of streams', async () => {
    const stream = await context.session.executeStream('SELECT count(*) AS n FROM facts');
    assert.equal(stream.warnings.length, 1);
    await stream.cancel();
  });

  it('should tell who answered', async () => {
    const { executionInfo } = await context.session.execute('SELECT key FROM system.local');
    assert.match(String(executionInfo.coordinator), /^[\d.]+:\d+$/);
    assert.equal(executionInfo.attempts, 1);
    assert.equal(executionInfo.speculativeExecutions, 0);
    assert.equal(executionInfo.isSchemaInAgreement, true);
    assert.equal(JSON.parse(JSON.stringify(executionInfo)).coordinator, executionInfo.coordinator);
  });
});
