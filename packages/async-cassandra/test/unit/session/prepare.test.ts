import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AsyncCassandraError } from '../../../src/errors/index.ts';
import { AbortError, TimeoutError } from '../../../src/errors/index.ts';
import { BatchStatement } from '../../../src/session/index.ts';
import {
  byDefault,
  closeConnection,
  delayed,
  error,
  held,
  rows,
  sequence,
  t,
  voidResult,
} from '../../support/index.ts';
import { hasSettled, rejection, SessionHarness } from '../../support/session/session-harness.ts';

const SELECT = 'SELECT v FROM ks.t WHERE k = ?';
const INSERT = 'INSERT INTO ks.t (k, v) VALUES (?, ?)';
const bindSelect = { bind: { k: t.int }, partitionKey: ['k'] };
const bindInsert = { bind: { k: t.int, v: t.text }, partitionKey: ['k'] };

function script(h: SessionHarness): void {
  h.servers.when(SELECT, rows({ v: t.text }, [['one']]), bindSelect);
  h.servers.when(INSERT, voidResult(), bindInsert);
}

for (const version of [4, 5]) {
  describe(`prepared statements, protocol v${version}`, () => {
    test('should be prepared once and executed by id', async () => {
      await using h = await SessionHarness.start({ versions: [version], nodes: 1 });
      script(h);
      const statement = await h.settle(h.session.prepare(SELECT, { idempotent: true }));
      assert.equal(statement.cql, SELECT);
      assert.equal(statement.isIdempotent, true);
      assert.deepEqual(statement.partitionKeyIndexes, [0]);
      for (let i = 0; i < 3; i++) {
        const result = await h.settle(h.session.execute(statement, [i]));
        assert.deepEqual(result.one(), { v: 'one' });
        assert.deepEqual(
          result.columns.map((column) => column.name),
          ['v'],
        );
      }
      assert.deepEqual(
        h.statements.map((each) => [each.opcodeName, each.bound]),
        [0, 1, 2].map((k) => ['EXECUTE', { k }]),
      );
    });

    test('should be made of texts with parameters, each once', async () => {
      await using h = await SessionHarness.start({ versions: [version] });
      script(h);
      const many = Array.from({ length: 200 }, (_, k) => h.session.execute(SELECT, { k }));
      await h.settle(Promise.all(many));
      await h.settle(h.session.execute(SELECT, [5]));
      assert.equal(h.prepares(SELECT), 1);
      assert.equal(h.session.state.preparedStatements, 1);
      assert.equal(h.statements.length, 201);
    });

    test('should be prepared again, once on each node, when nodes have forgotten them', async () => {
      await using h = await SessionHarness.start({ versions: [version], nodes: 3 });
      script(h);
      const statement = await h.settle(h.session.prepare(SELECT));
      for (let i = 0; i < 30; i++) await h.settle(h.session.execute(statement, [i]));
      h.clearLogs();
      for (const node of h.servers.nodes) node.forgetPrepared();
      for (let i = 0; i < 30; i++) await h.settle(h.session.execute(statement, [i]));
      for (const node of h.servers.nodes) assert.equal(node.log.count('PREPARE'), 1);
    });

    test('should be prepared once on a connection however many requests found them forgotten', async () => {
      await using h = await SessionHarness.start({ versions: [version] });
      script(h);
      const statement = await h.settle(h.session.prepare(INSERT));
      h.clearLogs();
      h.node().forgetPrepared();
      const storm = Array.from({ length: 1000 }, (_, k) => h.session.execute(statement, [k, 'x']));
      await h.settle(Promise.all(storm));
      assert.equal(h.prepares(), 1);
      const bound = h.statements.slice(1000).map((each) => each.bound['k']);
      assert.deepEqual(
        bound.sort((a, b) => Number(a) - Number(b)),
        Array.from({ length: 1000 }, (_, k) => k),
      );
    });

    test('should fail when a node forgets them again within one request', async () => {
      await using h = await SessionHarness.start({ versions: [version] });
      script(h);
      const statement = await h.settle(h.session.prepare(INSERT));
      const { id } = [...h.node().statements.values()].find((each) => each.cql === INSERT) ?? {};
      assert.ok(id !== undefined);
      h.servers.when({ opcode: 'EXECUTE' }, error('unprepared', { id }));
      const failure = await h.failure(h.session.execute(statement, [1, 'x']));
      assert.equal(failure.name, 'UnpreparedError');
      assert.equal((failure as AsyncCassandraError).outcome, 'rejected');
      assert.equal(h.node().log.count('EXECUTE'), 2);
    });

    test('should fail when the node speaks of another statement, or gives another id', async () => {
      await using h = await SessionHarness.start({ versions: [version] });
      script(h);
      const statement = await h.settle(h.session.prepare(INSERT));
      const strange = h.servers.when({ opcode: 'EXECUTE' }, error('unprepared', { id: Buffer.from('strange') }));
      assert.equal((await h.failure(h.session.execute(statement, [1, 'x']))).name, 'UnpreparedError');
      strange.remove();
      h.node().forgetPrepared();
      h.servers.when(
        { opcode: 'PREPARE' },
        {
          send: (x) => {
            byDefault().send({
              ...x,
              server: x.server,
              request: x.request,
              result: (body: Buffer) => {
                const changed = Buffer.from(body);
                changed.writeUInt8((changed.readUInt8(10) + 1) % 256, 10);
                x.result(changed);
              },
            } as typeof x);
          },
        },
      );
      const failure = await h.failure(h.session.execute(statement, [1, 'x']));
      assert.equal(failure.name, 'InvalidQueryError');
      assert.match(failure.message, /another id/);
      assert.equal((failure as AsyncCassandraError).outcome, 'rejected');
    });

    test('should be prepared again one by one when a batch holds several that were forgotten', async () => {
      await using h = await SessionHarness.start({ versions: [version] });
      const texts = ['a', 'b', 'c'].map((name) => `INSERT INTO ks.${name} (k) VALUES (?)`);
      for (const text of texts) h.servers.when(text, voidResult(), { bind: { k: t.int } });
      const batch = new BatchStatement();
      for (const text of texts) batch.add(await h.settle(h.session.prepare(text)), [1]);
      h.node().forgetPrepared();
      h.clearLogs();
      const { executionInfo } = await h.settle(h.session.execute(batch));
      assert.equal(executionInfo.attempts, 4);
      assert.deepEqual(
        h
          .node()
          .log.ofOpcode('PREPARE')
          .map((each) => each.cql),
        texts,
      );
      const stamps = h
        .node()
        .log.ofOpcode('BATCH')
        .map((each) => each.parameters?.timestamp);
      assert.equal(new Set(stamps).size, 1);
    });
  });
}

test('should go to another node when one cannot prepare again', async () => {
  for (const reply of [error('overloaded'), error('isBootstrapping'), error('serverError'), closeConnection('reset')]) {
    await using h = await SessionHarness.start({ nodes: 3 });
    script(h);
    const statement = await h.settle(h.session.prepare(INSERT));
    for (const node of h.servers.nodes) {
      node.forgetPrepared();
    }
    h.servers.when({ opcode: 'PREPARE', cql: INSERT }, reply, { times: 1, ...bindInsert });
    const { executionInfo } = await h.settle(h.session.execute(statement, [1, 'x']));
    assert.equal(executionInfo.triedNodes.length, 1);
  }
});

test('should give up preparing again when the caller runs out of time, and let others go on', async () => {
  await using h = await SessionHarness.start();
  script(h);
  const statement = await h.settle(h.session.prepare(INSERT));
  h.node().forgetPrepared();
  h.servers.when({ opcode: 'PREPARE', cql: INSERT }, delayed(500, byDefault()), bindInsert);
  const hasty = h.session.execute(statement, [1, 'x'], { timeoutMs: 100 });
  const patient = h.session.execute(statement, [2, 'x']);
  const { signal, abort } = controller();
  const aborted = h.session.execute(statement, [3, 'x'], { signal });
  hasty.catch(() => undefined);
  aborted.catch(() => undefined);
  await h.clock.advance(50);
  abort();
  assert.ok(await hasSettled(aborted));
  const started = h.clock.now();
  const failure = await h.failure(hasty);
  assert.ok(failure instanceof TimeoutError);
  assert.notEqual(failure.outcome, 'unknown');
  assert.ok(h.clock.now() - started <= 80);
  const abortion = await h.failure(aborted);
  assert.ok(abortion instanceof AbortError);
  assert.notEqual(abortion.outcome, 'unknown');
  await h.settle(patient);
  assert.equal(h.prepares(INSERT), 2);
});

function controller(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const inner = new AbortController();
  return { signal: inner.signal, abort: () => inner.abort(new Error('enough')) };
}

test('should share one preparation, from which a caller that gives up takes nothing', async () => {
  await using h = await SessionHarness.start();
  script(h);
  const slow = held(byDefault());
  h.servers.when({ opcode: 'PREPARE', cql: SELECT }, slow, bindSelect);
  const { signal, abort } = controller();
  const first = h.session.prepare(SELECT, { signal });
  const second = h.session.prepare(SELECT);
  const hasty = h.session.prepare(SELECT, { timeoutMs: 20 });
  const executed = h.session.execute(SELECT, [1]);
  await h.clock.advance(10);
  abort();
  assert.ok((await h.failure(first)) instanceof AbortError);
  const timeout = await h.failure(hasty);
  assert.ok(timeout instanceof TimeoutError);
  assert.equal(timeout.outcome, 'notSent');
  slow.open();
  await h.settle(second);
  await h.settle(executed);
  assert.equal(h.prepares(SELECT), 1);
});

test('should not prepare for a signal that was aborted before', async () => {
  await using h = await SessionHarness.start();
  const failure = await h.failure(h.session.prepare(SELECT, { signal: AbortSignal.abort('no') }));
  assert.ok(failure instanceof AbortError);
  assert.equal(failure.outcome, 'notSent');
  await h.clock.advance(50);
  assert.equal(h.prepares(), 0);
});

test('should tell all who wait when preparing fails, and try again for the next', async () => {
  await using h = await SessionHarness.start();
  h.servers.when({ opcode: 'PREPARE', cql: SELECT }, sequence(error('invalid'), byDefault()), bindSelect);
  h.servers.when({ opcode: 'EXECUTE', cql: SELECT }, rows({ v: t.text }, []), bindSelect);
  const failures = await Promise.all([1, 2, 3].map((k) => h.failure(h.session.execute(SELECT, [k]))));
  assert.deepEqual(
    failures.map((each) => each.name),
    Array<string>(3).fill('InvalidQueryError'),
  );
  assert.equal(h.prepares(), 1);
  await h.settle(h.session.execute(SELECT, [1]));
});

test('should remember no more statements than limits.preparedStatements, the longest unused forgotten first', async () => {
  await using h = await SessionHarness.start({ cluster: { limits: { preparedStatements: 3 } } });
  h.servers.when(/^INSERT/, voidResult(), { bind: { k: t.int } });
  const text = (i: number): string => `INSERT INTO ks.t${i} (k) VALUES (?)`;
  for (const i of [0, 1, 2, 0, 3]) await h.settle(h.session.execute(text(i), [1]));
  assert.equal(h.session.state.preparedStatements, 3);
  await h.settle(h.session.execute(text(0), [1]));
  assert.equal(h.prepares(text(0)), 1);
  await h.settle(h.session.execute(text(1), [1]));
  assert.equal(h.prepares(text(1)), 2);
});

test('should take the values when they are given, not when the text has been prepared', async () => {
  await using h = await SessionHarness.start();
  script(h);
  const byPosition = [1, 'one'];
  const byName = { k: 2, v: 'two' };
  const batched: [number, string] = [3, 'three'];
  const requests = [
    h.session.execute(INSERT, byPosition),
    h.session.execute(INSERT, byName),
    h.session.execute(new BatchStatement().add(INSERT, batched)),
  ];
  byPosition[0] = 9;
  byName.k = 9;
  batched[0] = 9;
  await h.settle(Promise.all(requests));
  assert.deepEqual(
    h
      .node()
      .log.ofOpcode('EXECUTE')
      .map((each) => each.bound),
    [
      { k: 1, v: 'one' },
      { k: 2, v: 'two' },
    ],
  );
  assert.deepEqual(h.node().log.ofOpcode('BATCH')[0]?.batch?.members[0]?.values, [
    Buffer.from([0, 0, 0, 3]),
    Buffer.from('three'),
  ]);
});

test('should fail on values of the wrong kind before anything is sent, and keep the connection', async () => {
  await using h = await SessionHarness.start();
  script(h);
  const statement = await h.settle(h.session.prepare(INSERT));
  h.clearLogs();
  for (const values of [
    ['x', 'y'],
    [1, 2],
    [1.5, 'x'],
    [undefined, 'x'],
    [2 ** 31, 'x'],
  ]) {
    const failure = await h.failure(h.session.execute(statement, values));
    assert.equal(failure.name, 'InvalidValueError');
    assert.equal((failure as AsyncCassandraError).outcome, 'notSent');
  }
  const good = h.session.execute(statement, [1, 'x']);
  const bad = rejection(h.session.execute(statement, ['x', 'x']));
  await h.settle(good);
  await h.settle(bad);
  assert.equal(h.statements.length, 1);
  assert.equal(h.session.activeOperations, 0);
});

test('should execute a text with hints without preparing it', async () => {
  await using h = await SessionHarness.start();
  script(h);
  const options = { prepare: false, hints: ['int', 'text'] } as const;
  await h.settle(h.session.execute(INSERT, [1, 'x'], options));
  await h.settle(h.session.execute('INSERT INTO ks.t (k, v) VALUES (:k, :v)', { k: 1, v: 'x' }, options));
  assert.equal(h.prepares(), 0);
  assert.deepEqual(
    h.statements.map((each) => each.parameters?.names),
    [undefined, ['k', 'v']],
  );
  assert.equal((await h.failure(h.session.execute(INSERT, [1, 'x'], { prepare: false }))).name, 'ConfigurationError');
  assert.equal((await h.failure(h.session.execute(INSERT, [1], options))).name, 'InvalidValueError');
});
