import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  AsyncCassandraError,
  ConnectionError,
  NoHostAvailableError,
  type Outcome,
  TimeoutError,
} from '../../../src/errors/index.ts';
import { type AsyncCassandraSession, BatchStatement } from '../../../src/session/index.ts';
import { byDefault, generatedRows, type MatchOptions, never, rows, sequence, t } from '../../support/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

const INSERT = 'INSERT INTO ks.t (k) VALUES (?)';
const SELECT = 'SELECT k FROM ks.t';
const CREATE = 'CREATE TABLE ks.u (k int PRIMARY KEY)';
const LIMIT_MS = 300;
/** Round trips before, and a step of the deadline ticker. */
const SLACK_MS = 40;
const NODE = '10.0.0.1:9042';

interface Stage {
  readonly name: string;
  readonly silent: MatchOptions;
  readonly run: (session: AsyncCassandraSession) => Promise<unknown>;
  readonly outcome: Outcome;
  readonly versions?: readonly number[];
  /** Before the silence. */
  readonly prepare?: (h: SessionHarness) => Promise<unknown>;
}

const limit = { timeoutMs: LIMIT_MS };
const secondPage = { cql: SELECT, nth: 2 };

const STAGES: readonly Stage[] = [
  {
    name: 'PREPARE',
    silent: { opcode: 'PREPARE' },
    run: (session) => session.prepare(INSERT, limit),
    outcome: 'notSent',
  },
  {
    name: 'PREPARE, for a text with parameters',
    silent: { opcode: 'PREPARE' },
    run: (session) => session.execute(INSERT, [1], limit),
    outcome: 'notSent',
  },
  {
    name: 'PREPARE, for a batch',
    silent: { opcode: 'PREPARE' },
    run: (session) => session.executeBatch(new BatchStatement('logged').add(INSERT, [1]), limit),
    outcome: 'notSent',
  },
  {
    name: 'EXECUTE',
    silent: { opcode: 'EXECUTE' },
    prepare: (h) => h.session.prepare(INSERT),
    run: (session) => session.execute(INSERT, [1], limit),
    outcome: 'unknown',
  },
  {
    name: 'EXECUTE of what may be repeated',
    silent: { opcode: 'EXECUTE' },
    prepare: (h) => h.session.prepare(INSERT),
    run: (session) => session.execute(INSERT, [1], { ...limit, idempotent: true }),
    outcome: 'unknown',
  },
  {
    name: 'QUERY',
    silent: { opcode: 'QUERY', cql: /INSERT/ },
    run: (session) => session.execute('INSERT INTO ks.t (k) VALUES (1)', undefined, limit),
    outcome: 'unknown',
  },
  {
    name: 'QUERY of a read',
    silent: { cql: SELECT },
    run: (session) => session.execute(SELECT, undefined, limit),
    outcome: 'rejected',
  },
  {
    name: 'BATCH',
    silent: { opcode: 'BATCH' },
    prepare: (h) => h.session.prepare(INSERT),
    run: (session) => session.executeBatch(new BatchStatement('logged').add(INSERT, [1]), limit),
    outcome: 'unknown',
  },
  {
    name: 'preparing again',
    silent: { opcode: 'PREPARE' },
    prepare: async (h) => {
      await h.session.prepare(INSERT);
      h.node().forgetPrepared();
    },
    run: (session) => session.execute(INSERT, [1], limit),
    outcome: 'rejected',
  },
  {
    name: 'the second page, read by iteration',
    silent: secondPage,
    run: async (session) => {
      for await (const row of await session.execute(SELECT, undefined, { ...limit, fetchSize: 10 })) void row;
    },
    outcome: 'rejected',
  },
  {
    name: 'the second page, read by all()',
    silent: secondPage,
    run: async (session) => (await session.execute(SELECT, undefined, { ...limit, fetchSize: 10 })).all(),
    outcome: 'rejected',
  },
  {
    name: 'the second page of a stream with pageTimeoutMs',
    silent: secondPage,
    run: async (session) => {
      const stream = await session.executeStream(SELECT, [], { fetchSize: 10, pageTimeoutMs: LIMIT_MS });
      for await (const row of stream) void row;
    },
    outcome: 'rejected',
  },
  {
    name: 'the second page of a stream with timeoutMs',
    silent: secondPage,
    run: async (session) => {
      const stream = await session.executeStream(SELECT, [], { fetchSize: 10, timeoutMs: LIMIT_MS });
      for await (const row of stream) void row;
    },
    outcome: 'rejected',
  },
  {
    name: 'the first page of a stream',
    silent: { cql: SELECT },
    run: (session) => session.executeStream(SELECT, [], { pageTimeoutMs: LIMIT_MS }),
    outcome: 'rejected',
  },
];

describe('a node that falls silent', () => {
  for (const version of [4, 5]) {
    for (const stage of STAGES) {
      test(`at ${stage.name} should fail the request in time, v${version}`, async () => {
        await using h = await SessionHarness.start({ versions: [version] });
        h.servers.schema.addTable('ks', 't', { k: t.int });
        h.servers.when(
          SELECT,
          generatedRows({ k: t.int }, 25, (i) => [i]),
        );
        if (stage.prepare !== undefined) await h.settle(stage.prepare(h));
        h.node().when(stage.silent, never());
        const before = h.clock.now();
        const failure = await h.failure(stage.run(h.session));
        const took = h.clock.now() - before;
        assert.ok(took >= LIMIT_MS && took <= LIMIT_MS + SLACK_MS, `${took} ms`);
        assert.ok(failure instanceof TimeoutError, `${failure.name}: ${failure.message}`);
        assert.equal(failure.timeoutMs, LIMIT_MS);
        assert.equal(failure.outcome, stage.outcome);
        assert.equal(failure.node, NODE, 'says who was silent');
        assert.ok(failure.message.includes(NODE), failure.message);
        assert.match(failure.message, /; check /, 'says what to check');
        assert.equal(h.session.state.openConnections, 1, 'costs no connection');
        // What others might share goes on, for as long as the session's own timeout lets it.
        await h.clock.advance(12_000);
        assert.equal(h.session.activeOperations, 0);
      });
    }
  }

  test('should be told of by the error of each attempt', async () => {
    await using h = await SessionHarness.start({ nodes: 2 });
    h.servers.when(SELECT, never());
    const options = { timeoutMs: 1000, attemptTimeoutMs: 100 };
    const failure = await h.failure(h.session.execute(SELECT, undefined, options));
    assert.ok(failure instanceof NoHostAvailableError);
    for (const node of h.servers.nodes) {
      const reason: Error | undefined = failure.errors[node.contactPoint];
      assert.ok(reason instanceof TimeoutError);
      assert.equal(reason.timeoutMs, 100);
      assert.match(reason.message, new RegExp(`${node.contactPoint}.*; check `));
    }
  });

  test('should be replaced when it misses a heartbeat, and its requests told, even those without a timeout', async () => {
    await using h = await SessionHarness.start({ cluster: { connectTimeoutMs: 1000 } });
    h.servers.when(SELECT, never());
    const forever = h.session.execute(SELECT, undefined, { timeoutMs: Infinity, retryPolicy: {} });
    const outcome = forever.catch((reason: unknown) => reason);
    await h.clock.advance(10);
    h.node().freeze();
    const failure = await h.settle(outcome);
    assert.ok(h.clock.now() <= 35_200, `${h.clock.now()} ms`);
    assert.ok(failure instanceof ConnectionError);
    assert.equal(failure.node, NODE);
    assert.match(failure.message, new RegExp(`${NODE} .*heartbeat.*; check `));
    h.node().thaw();
    await h.clock.advance(70_000);
    await h.settle(h.session.execute('INSERT INTO ks.t (k) VALUES (1)'));
  });

  for (const [what, silent, isAgreed] of [
    ['asked for its schema version', { cql: /schema_version FROM system\.local/ }, false],
    ["asked for others' schema versions", { cql: /schema_version FROM system\.peers/ }, false],
    ['asked for the schema', { cql: /FROM system_schema/ }, true],
  ] as const) {
    test(`when ${what} should not keep a schema change from its caller`, async () => {
      await using h = await SessionHarness.start({ nodes: 2, cluster: { connectTimeoutMs: 1000 } });
      for (const node of h.servers.nodes) node.when(silent, never());
      const before = h.clock.now();
      const { executionInfo } = await h.settle(h.session.execute(CREATE, undefined, { timeoutMs: 2000 }));
      const took = h.clock.now() - before;
      assert.ok(took <= 2000 + SLACK_MS, `${took} ms`);
      assert.equal(executionInfo.isSchemaInAgreement, isAgreed);
    });
  }

  for (const [how, run] of [
    ['setKeyspace', (session: AsyncCassandraSession) => session.setKeyspace('other')],
    ['a USE statement', (session: AsyncCassandraSession) => session.execute('USE other', undefined, limit)],
  ] as const) {
    test(`at USE should fail ${how} in time, and leave the keyspace as it was (v4)`, async () => {
      await using h = await SessionHarness.start({
        versions: [4],
        keyspace: 'ks',
        cluster: { connectTimeoutMs: 1000 },
      });
      h.node().when({ cql: /^USE/ }, never());
      const before = h.clock.now();
      const failure = await h.failure(run(h.session));
      assert.ok(h.clock.now() - before <= 1000 + SLACK_MS, `${h.clock.now() - before} ms`);
      assert.ok(failure instanceof AsyncCassandraError);
      assert.ok(failure.message.includes(NODE), failure.message);
      assert.match(failure.message, /check /);
      assert.equal(h.session.keyspace, 'ks');
      await h.settle(h.session.execute('INSERT INTO t (k) VALUES (1)'));
      assert.equal(h.statements.at(-1)?.keyspace, 'ks');
    });
  }

  test('with requests of every kind should not keep close() waiting longer than it may drain', async () => {
    await using h = await SessionHarness.start({ nodes: 2 });
    h.servers.schema.addTable('ks', 't', { k: t.int });
    h.servers.when(SELECT, sequence(rows({ k: t.int }), byDefault()));
    await h.settle(h.session.execute(INSERT, [1]));
    for (const node of h.servers.nodes) node.freeze();
    const forever = { timeoutMs: Infinity };
    const requests = [
      h.session.prepare('INSERT INTO ks.t (k) VALUES (?) USING TTL 5', forever),
      h.session.execute(INSERT, [2], forever),
      h.session.execute(SELECT, undefined, forever),
      h.session.executeBatch(new BatchStatement('logged').add(INSERT, [1]), forever),
      h.session.executeStream(SELECT),
      h.session.execute(CREATE, undefined, forever),
      h.session.setKeyspace('ks'),
    ].map((request) =>
      request.then(
        () => undefined,
        (reason: unknown) => reason,
      ),
    );
    await h.clock.advance(20);
    const before = h.clock.now();
    await h.settle(h.session.close({ drainTimeoutMs: 500 }));
    for (const reason of await h.settle(Promise.all(requests)))
      assert.ok(reason === undefined || reason instanceof AsyncCassandraError, String(reason));
    assert.ok(h.clock.now() - before <= 500 + SLACK_MS, `${h.clock.now() - before} ms`);
  });
});
