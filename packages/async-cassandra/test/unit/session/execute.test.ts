import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AsyncCassandraError } from '../../../src/errors/index.ts';
import { cql } from '../../../src/session/index.ts';
import {
  chunked,
  message,
  mutated,
  never,
  rows,
  sequence,
  t,
  voidResult,
  withPayload,
  withWarnings,
} from '../../support/index.ts';
import { rejection, SessionHarness } from '../../support/session/session-harness.ts';

const SELECT = 'SELECT k FROM ks.t';
const one = rows({ k: t.int }, [[1]]);

for (const version of [4, 5]) {
  describe(`execute, protocol v${version}`, () => {
    test('should send the options of the request', async () => {
      await using h = await SessionHarness.start({ versions: [version] });
      h.servers.when(SELECT, one);
      await h.settle(
        h.session.execute(SELECT, undefined, {
          consistency: 'EACH_QUORUM',
          serialConsistency: 'LOCAL_SERIAL',
          fetchSize: 77,
          timestamp: 123n,
          customPayload: { a: Buffer.from('x'), b: null },
          ...(version === 5 ? { nowInSeconds: 99 } : {}),
        }),
      );
      const [sent] = h.statements;
      assert.equal(sent?.consistency, 'EACH_QUORUM');
      assert.equal(sent.parameters?.serialConsistency, 9);
      assert.equal(sent.parameters.pageSize, 77);
      assert.equal(sent.parameters.timestamp, 123n);
      assert.deepEqual(
        [...(sent.customPayload ?? [])],
        [
          ['a', Buffer.from('x')],
          ['b', null],
        ],
      );
      if (version === 5) assert.equal(sent.parameters.nowInSeconds, 99);
    });

    test('should tell warnings, payload and trace id of the answer', async () => {
      await using h = await SessionHarness.start({ versions: [version] });
      h.servers.when(SELECT, withWarnings(['careful'], withPayload({ p: Buffer.from('y'), __proto__x: null }, one)));
      const result = await h.settle(h.session.execute(SELECT, undefined, { trace: true }));
      assert.deepEqual(result.warnings, ['careful']);
      assert.deepEqual(result.executionInfo.customPayload, { p: Buffer.from('y'), __proto__x: null });
      assert.match(result.executionInfo.traceId ?? '', /^[0-9a-f-]{36}$/);
      assert.deepEqual(result.executionInfo.triedNodes, []);
      assert.equal(result.executionInfo.attempts, 1);
      assert.equal(result.executionInfo.isSchemaInAgreement, true);
      const plain = await h.settle(h.session.execute('INSERT INTO ks.t (k) VALUES (1)'));
      assert.deepEqual(plain.warnings, []);
      assert.equal(plain.executionInfo.traceId, undefined);
    });

    test('should bind the values of templates, never splice them', async () => {
      await using h = await SessionHarness.start({ versions: [version] });
      const text = 'SELECT k FROM ks.t WHERE k = ?';
      h.servers.when(text, one, { bind: { k: t.text } });
      const evil = "1'; DROP TABLE t; --";
      await h.settle(h.session.cql`SELECT k FROM ks.t WHERE k = ${evil}`);
      await h.settle(h.session.execute(cql`SELECT k FROM ks.t WHERE k = ${evil}`, undefined, { fetchSize: 1 }));
      for (const sent of h.statements) {
        assert.equal(sent.cql, text);
        assert.deepEqual(sent.bound, { k: evil });
      }
      assert.equal((await h.failure(h.session.execute(cql`SELECT ${1}`, [1]))).name, 'ConfigurationError');
      assert.equal(
        (await rejection((h.session.cql as unknown as (text: string) => Promise<unknown>)(SELECT))).name,
        'ConfigurationError',
      );
    });

    test('should read answers that come in any pieces', async () => {
      await using h = await SessionHarness.start({ versions: [version] });
      h.servers.when(SELECT, chunked(rows({ k: t.int, v: t.text }, [[1, 'x'.repeat(1000)]]), 7));
      const result = await h.settle(h.session.execute(SELECT));
      assert.deepEqual(result.one(), { k: 1, v: 'x'.repeat(1000) });
    });

    test('should fail one request, and replace the connection, on bytes that mean nothing', async () => {
      await using h = await SessionHarness.start({ versions: [version] });
      const replies = [
        message(0x08, Buffer.from([0, 0, 0, 99])),
        message(0x02, Buffer.alloc(0)),
        message(0x08, Buffer.from([0, 0, 0, 2, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff])),
        message(0x00, Buffer.from([0, 0])),
        mutated(one, (envelope) => {
          const changed = Buffer.from(envelope);
          changed.writeInt32BE(1000, changed.length - 12);
          return changed;
        }),
      ];
      for (const reply of replies) {
        h.servers.when(SELECT, sequence(reply, one));
        const failure = await h.failure(h.session.execute(SELECT));
        assert.equal(failure.name, 'ProtocolError');
        assert.equal((failure as AsyncCassandraError).outcome, 'rejected');
        await h.clock.advance(5000);
        assert.deepEqual((await h.settle(h.session.execute(SELECT))).one(), { k: 1 });
      }
      assert.equal(h.session.activeOperations, 0);
    });
  });
}

test('should refuse what is no statement', async () => {
  await using h = await SessionHarness.start();
  for (const query of [undefined, null, 5, {}, ['x']])
    assert.equal((await h.failure(h.session.execute(query as never))).name, 'ConfigurationError');
  assert.equal((await h.failure(h.session.prepare(5 as never))).name, 'ConfigurationError');
  assert.equal((await h.failure(h.session.execute(SELECT, 'x' as never))).name, 'InvalidValueError');
});

test('should reject with an error whatever parameters throw', async () => {
  await using h = await SessionHarness.start();
  const params = {
    get k(): number {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- what callers may do
      throw 'not an error';
    },
  };
  h.servers.when('INSERT INTO ks.t (k) VALUES (?)', voidResult(), { bind: { k: t.int } });
  await h.settle(h.session.prepare('INSERT INTO ks.t (k) VALUES (?)'));
  const failure = await h.failure(h.session.execute('INSERT INTO ks.t (k) VALUES (?)', params));
  assert.equal(failure.cause, 'not an error');
});

test('should use the settings of an execution profile', async () => {
  await using h = await SessionHarness.start({
    cluster: { executionProfiles: { slow: { consistency: 'ALL', fetchSize: 5, requestTimeoutMs: 100 } } },
  });
  h.servers.when(SELECT, sequence(one, never()));
  await h.settle(h.session.execute(SELECT, undefined, { executionProfile: 'slow' }));
  assert.equal(h.statements[0]?.consistency, 'ALL');
  assert.equal(h.statements[0].parameters?.pageSize, 5);
  const started = h.clock.now();
  await h.failure(h.session.execute(SELECT, undefined, { executionProfile: 'slow' }));
  assert.ok(h.clock.now() - started < 130);
});

test('should wait for an answer for ever when the timeout is infinite', async () => {
  await using h = await SessionHarness.start();
  const { held } = await import('../../support/index.ts');
  const slow = held(one);
  h.servers.when(SELECT, slow);
  const request = h.session.execute(SELECT, undefined, { timeoutMs: Infinity });
  await h.clock.advance(3_000_000);
  slow.open();
  assert.deepEqual((await h.settle(request)).one(), { k: 1 });
});

test('should tell what it holds', async () => {
  await using h = await SessionHarness.start({ nodes: 3, cluster: { limits: { maxInFlight: 2 } } });
  h.servers.when(SELECT, never());
  const requests = [1, 2, 3].map(() => rejection(h.session.execute(SELECT, undefined, { timeoutMs: 100 })));
  const { limits: _limits, nodes: _nodes, ...state } = h.session.state;
  assert.deepEqual(state, {
    lifecycle: 'open',
    activeOperations: 3,
    inFlight: 2,
    queued: 1,
    openStreams: 0,
    preparedStatements: 0,
    openConnections: 3,
  });
  await h.settle(Promise.all(requests));
});
