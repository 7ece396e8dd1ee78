import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, test } from 'node:test';
import { AsyncCluster } from '../../../src/client/index.ts';
import { AsyncCassandraError, ConfigurationError, SessionClosedError } from '../../../src/errors/index.ts';
import { AsyncCassandraSession, BatchStatement, cql } from '../../../src/session/index.ts';
import { delayed, generatedRows, held, never, rows, SchemaModel, t, voidResult } from '../../support/index.ts';
import { hasSettled, rejection, SessionHarness } from '../../support/session/session-harness.ts';

const SELECT = 'SELECT k FROM ks.t';
const INSERT = 'INSERT INTO ks.t (k) VALUES (?)';
const CREATE = 'CREATE TABLE ks.u (k int PRIMARY KEY)';
const SCAN = /WHERE token\(/;
const TRACE_ID = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
const bind = { bind: { k: t.int } };
const columns = { k: t.int };

async function harness(nodes = 1): Promise<SessionHarness> {
  const schema = new SchemaModel();
  schema.addTable('ks', 't', columns);
  const h = await SessionHarness.start({ nodes, servers: { schema }, keyspace: 'ks' });
  h.servers.when(
    SELECT,
    delayed(
      5,
      generatedRows(columns, 1000, (i) => [i]),
    ),
  );
  h.servers.when(
    SCAN,
    delayed(
      5,
      generatedRows(columns, 100, (i) => [i]),
    ),
    { bind: { s: t.bigint, e: t.bigint } },
  );
  h.servers.when(INSERT, delayed(5, voidResult()), bind);
  return h;
}

/** The names of the methods that a class declares. */
function methodsOf(type: { readonly prototype: object }): string[] {
  const declared = Object.entries(Object.getOwnPropertyDescriptors(type.prototype));
  return declared
    .filter(([name, { value }]) => typeof value === 'function' && name !== 'constructor')
    .map(([name]) => name);
}

type Uses<T> = Readonly<Record<string, (on: T) => unknown>>;

const sessionUses: Uses<AsyncCassandraSession> = {
  execute: (session) => session.execute(SELECT),
  executeBatch: (session) => session.executeBatch(new BatchStatement().add(INSERT, [1])),
  cql: (session) => session.cql`INSERT INTO ks.t (k) VALUES (${1})`,
  executeStream: (session) => session.executeStream(SELECT),
  scan: (session) => session.scan('ks.t'),
  prepare: (session) => session.prepare(INSERT),
  executeConcurrent: (session) => session.executeConcurrent(INSERT, []),
  executeConcurrentAsCompleted: (session) => session.executeConcurrentAsCompleted(INSERT, [[1]]),
  setKeyspace: (session) => session.setKeyspace('ks'),
  getTrace: (session) => session.getTrace(TRACE_ID),
};
/** They start nothing; `awaitConnections` answers false. */
const harmlessOfSession = ['onSchemaChange', 'observe', 'unobserve', 'awaitConnections', 'closeOnce'];

const clusterUses: Uses<AsyncCluster> = {
  connect: (cluster) => cluster.connect(),
  refreshSchema: (cluster) => cluster.refreshSchema(),
};
const harmlessOfCluster = ['registerUserType', 'on', 'once', 'off', 'shutdown', 'closeOnce'];

async function refusals<T>(uses: Uses<T>, on: T): Promise<void> {
  for (const [name, use] of Object.entries(uses)) {
    let outcome: unknown;
    try {
      const promise = Promise.resolve(use(on));
      outcome = promise.then(
        () => 'a result',
        (reason: unknown) => reason,
      );
      assert.ok(await hasSettled(promise), `${name} waits`);
      outcome = await outcome;
    } catch (error) {
      outcome = error;
    }
    assert.ok(outcome instanceof SessionClosedError, `${name}: ${String(outcome)}`);
    assert.equal(outcome.outcome, 'notSent', name);
  }
}

describe('use after close', () => {
  test('should be known for every public method', () => {
    assert.deepEqual(
      methodsOf(AsyncCassandraSession)
        .filter((name) => !harmlessOfSession.includes(name))
        .sort(),
      Object.keys(sessionUses).sort(),
    );
    assert.deepEqual(
      methodsOf(AsyncCluster)
        .filter((name) => !harmlessOfCluster.includes(name))
        .sort(),
      Object.keys(clusterUses).sort(),
    );
  });

  test('should fail at once with SessionClosedError, while closing and when closed', async () => {
    const h = await harness();
    h.servers.when(SELECT, never());
    const prepared = await h.settle(h.session.prepare(INSERT));
    const idle = h.session.executeConcurrentAsCompleted(INSERT, [[1]]);
    const scan = h.session.scan('ks.t');
    const stream = await h.settle(h.session.executeStream(INSERT, [1]));
    const underWay = rejection(h.session.execute(SELECT));
    const more: Uses<AsyncCassandraSession> = {
      ...sessionUses,
      'execute of a prepared statement': (session) => session.execute(prepared, [1]),
      'execute of a template': (session) => session.execute(cql`INSERT INTO ks.t (k) VALUES (${1})`),
      'execute of a batch': (session) => session.execute(new BatchStatement().add(prepared, [1])),
      'executeConcurrent of a prepared statement': (session) => session.executeConcurrent(prepared, [[1]]),
      'executeConcurrent of nothing': (session) => session.executeConcurrent(prepared, []),
    };
    const closing = h.cluster.shutdown({ drainTimeoutMs: 100 });
    assert.equal(h.session.state.lifecycle, 'closing');
    await refusals(more, h.session);
    await refusals(clusterUses, h.cluster);
    await h.settle(closing);
    assert.ok((await underWay) instanceof SessionClosedError);
    assert.equal(h.session.state.lifecycle, 'closed');
    await refusals(more, h.session);
    await refusals(clusterUses, h.cluster);
    for (const begun of [idle.next(), scan[Symbol.asyncIterator]().next()])
      assert.ok((await h.failure(begun)) instanceof SessionClosedError);
    for await (const _ of stream) assert.fail('a write has no rows');
    await h.servers.stop();
  });

  test('should leave what starts nothing alone', async () => {
    const h = await harness();
    await h.settle(h.cluster.shutdown());
    const listener = (): void => undefined;
    h.cluster.on('nodeUp', listener).off('nodeUp', listener);
    assert.ok(h.cluster.metadata.nodes.size > 0);
    assert.equal(h.session.keyspace, 'ks');
    assert.equal(h.session.state.openConnections, 0);
    await h.servers.stop();
  });
});

/** Begins something of which `ready` tells when it is half-way. */
type Work = (h: SessionHarness, signal: AbortSignal) => Promise<unknown>;

async function drained(rowsOf: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of rowsOf) continue;
}

const underWay: Readonly<Record<string, Work>> = {
  executing: (h, signal) => h.session.execute(SELECT, undefined, { signal }),
  'executing what is not prepared': (h, signal) => h.session.execute(INSERT, [1], { signal }),
  batching: (h, signal) => h.session.executeBatch(new BatchStatement().add(INSERT, [1]), { signal }),
  preparing: (h, signal) => h.session.prepare('INSERT INTO ks.t (k) VALUES (?) ', { signal }),
  'preparing again': async (h, signal) => {
    const statement = await h.settle(h.session.prepare(INSERT));
    h.node().forgetPrepared();
    h.servers.when({ opcode: 'PREPARE' }, never(), bind);
    return h.session.execute(statement, [1], { signal });
  },
  streaming: async (h, signal) => drained(await h.session.executeStream(SELECT, [], { fetchSize: 10, signal })),
  scanning: (h, signal) => drained(h.session.scan('ks.t', { fetchSize: 10, signal })),
  executeConcurrent: (h, signal) =>
    h.session.executeConcurrent(
      INSERT,
      Array.from({ length: 1000 }, (_, k) => [k]),
      { concurrency: 7, signal },
    ),
  executeConcurrentAsCompleted: (h, signal) =>
    drained(
      h.session.executeConcurrentAsCompleted(
        INSERT,
        Array.from({ length: 1000 }, (_, k) => [k]),
        { signal },
      ),
    ).then(() => Promise.reject(new Error('came to its end'))),
  'changing the keyspace': (h) => h.session.setKeyspace('other'),
  'changing the schema': (h, signal) => h.session.execute(CREATE, undefined, { signal }),
  'refreshing the schema': (h) => h.cluster.refreshSchema(),
  connecting: (h) => h.cluster.connect('other'),
  'waiting for a trace': (h, signal) => h.session.getTrace(TRACE_ID, { signal, timeoutMs: 60_000 }),
  reconnecting: (h, signal) => {
    for (const link of h.network.openLinks()) link.cut();
    h.network.blackHole('10.0.0.1');
    return h.session.execute(INSERT, [1], { signal });
  },
};

describe('closing while', () => {
  for (const [what, begin] of Object.entries(underWay)) {
    for (const isFrozen of [false, true]) {
      for (const drainTimeoutMs of [0, 200]) {
        test(`${what}, servers ${isFrozen ? 'silent' : 'answering'}, ${drainTimeoutMs} ms`, async () => {
          const h = await harness();
          const { signal } = new AbortController();
          h.servers.when(/system_traces/, rows({ duration: t.int }, [[null]]), { bind: { id: t.uuid } });
          const work = begin(h, signal).then(
            () => 'result',
            (reason: unknown) => reason,
          );
          await h.clock.advance(3);
          if (isFrozen) for (const node of h.servers.nodes) node.freeze();
          await h.clock.advance(6);
          const startedAt = h.clock.now();
          await h.settle(h.cluster.shutdown({ drainTimeoutMs }));
          const tookMs = h.clock.now() - startedAt;
          assert.ok(tookMs <= drainTimeoutMs + 60, `took ${tookMs} ms`);
          const outcome = await h.clock.settle(work, 5);
          assert.ok(outcome === 'result' || outcome instanceof AsyncCassandraError, String(outcome));
          assert.equal(getEventListeners(signal, 'abort').length, 0, 'listeners');
          const { activeOperations, inFlight, queued, openStreams, openConnections } = h.session.state;
          assert.deepEqual([activeOperations, inFlight, queued, openStreams, openConnections], [0, 0, 0, 0, 0]);
          await h.servers.stop();
          await h.clock.advance(10);
          assert.deepEqual([h.network.openLinks().length, h.clock.pending], [0, 0], 'links and timers');
        });
      }
    }
  }
});

describe('close()', () => {
  test('should refuse a drain time that is none, and close nothing', async () => {
    await using h = await harness();
    for (const drainTimeoutMs of [-1, Number.NaN, '5', null, {}]) {
      const options = { drainTimeoutMs } as { drainTimeoutMs: number };
      for (const each of [h.session, h.cluster]) {
        const failure = await rejection(each.close(options));
        assert.ok(failure instanceof ConfigurationError && failure.path === 'drainTimeoutMs');
        assert.equal(each.isClosing, false);
      }
    }
  });

  test('should end the pauses of who waits for a trace', async () => {
    const h = await harness();
    h.servers.when(/system_traces/, rows({ duration: t.int }, [[null]]), { bind: { id: t.uuid } });
    const trace = rejection(h.session.getTrace(TRACE_ID, { timeoutMs: 60_000 }));
    // By now it asks four times a second.
    await h.clock.advance(2_000);
    await h.settle(h.cluster.shutdown({ drainTimeoutMs: 0 }));
    assert.ok((await h.clock.settle(trace, 1)) instanceof SessionClosedError);
    await h.servers.stop();
    await h.clock.advance(10);
    assert.equal(h.clock.pending, 0);
  });

  test('should wait as long as it takes when told so', async () => {
    await using h = await harness();
    const reply = held(voidResult());
    h.servers.when(INSERT, reply, bind);
    const work = h.session.execute(INSERT, [1], { timeoutMs: 2 ** 31 });
    await h.clock.advance(20);
    const closing = h.session.close({ drainTimeoutMs: Infinity });
    await h.clock.advance(3_000);
    assert.equal(h.session.closed, false);
    reply.release();
    await h.settle(work);
    await h.settle(closing);
  });
});
