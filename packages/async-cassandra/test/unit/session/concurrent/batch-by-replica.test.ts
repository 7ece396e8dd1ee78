import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationError, InvalidQueryError, InvalidValueError } from '../../../../src/errors/index.ts';
import type { AsyncCassandraSession, ConcurrentOptions, Params } from '../../../../src/session/index.ts';
import {
  delayed,
  dynamic,
  error,
  type ReceivedRequest,
  SchemaModel,
  SeededRandom,
  t,
  voidResult,
} from '../../../support/index.ts';
import { decodeValue } from '../../../support/wire/index.ts';
import { SessionHarness } from '../../../support/session/session-harness.ts';

const INSERT = 'INSERT INTO ks.t (k, v) VALUES (?, ?)';
const EVENT = 'INSERT INTO ks.events (k, c, v) VALUES (?, ?, ?)';
const bind = { bind: { k: t.int, v: t.text }, partitionKey: ['k'] };

interface Write {
  readonly bound: Readonly<Record<string, unknown>>;
  readonly timestamp: bigint;
}

type Columns = Readonly<Record<string, Parameters<typeof decodeValue>[0]>>;

const COLUMNS: Columns = { k: t.int, v: t.text };

/** What a batch writes, by name; what a request without a batch writes is one of them. */
function membersOf(request: ReceivedRequest, columns: Columns = COLUMNS): Readonly<Record<string, unknown>>[] {
  const { batch } = request;
  if (batch === undefined) return [request.bound];
  return batch.members.map(({ values }) =>
    Object.fromEntries(
      Object.entries(columns).map(([name, type], i) => [name, decodeValue(type, values[i] as Buffer)]),
    ),
  );
}

/** Executes it once on each node, so that none has to be taught it by a request that is then sent again. */
async function teachAll(h: SessionHarness, cql: string, params: Params): Promise<void> {
  for (const node of h.cluster.metadata.nodes.keys()) await h.settle(h.session.execute(cql, params, { node }));
  h.clearLogs();
}

/** Values and timestamps of all writes that arrived, batched or not, in order of arrival. */
function writesOf(requests: readonly ReceivedRequest[], columns?: Columns): Write[] {
  return requests.flatMap((request) =>
    membersOf(request, columns).map((bound) => ({ bound, timestamp: request.parameters?.timestamp ?? 0n })),
  );
}

async function run(
  session: AsyncCassandraSession,
  cql: string,
  params: Iterable<Params> | AsyncIterable<Params>,
  options: ConcurrentOptions = {},
): Promise<Awaited<ReturnType<AsyncCassandraSession['executeConcurrent']>>> {
  const statement = await session.prepare(cql, { idempotent: true });
  return session.executeConcurrent(statement, params, { batchByReplica: true, ...options });
}

describe('executeConcurrent in batches', () => {
  it('should_send_each_write_once_in_batches_within_the_bounds_to_nodes_that_hold_it', async () => {
    for (const versions of [[4], [5]]) {
      await using h = await SessionHarness.start({ nodes: 3, versions });
      h.servers.schema.addTable('ks', 't', { k: t.int, v: t.text });
      await h.settle(h.cluster.refreshSchema());
      h.servers.when(INSERT, voidResult(), bind);
      await teachAll(h, INSERT, [0, '']);
      const params = Array.from({ length: 500 }, (_, i) => [i, `value ${i}`]);
      const result = await h.settle(run(h.session, INSERT, params));
      assert.deepEqual(result, { total: 500, succeeded: 500, failed: 0, errors: [] });
      const writes = writesOf(h.statements);
      assert.deepEqual(
        writes.map(({ bound }) => bound['k'] as number).sort((a, b) => a - b),
        params.map(([k]) => k),
      );
      assert.ok(h.statements.length <= 60, `${h.statements.length}`);
      for (const request of h.statements) {
        const { batch } = request;
        if (batch === undefined) continue;
        assert.equal(batch.type, 'unlogged');
        assert.ok(batch.members.length <= 10);
      }
    }
  });

  it('should_keep_the_order_of_writes_to_one_row', async () => {
    let most = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const columns = { k: t.int, c: t.int, v: t.int };
      const schema = new SchemaModel();
      const key = { partitionKey: ['k'], clusteringKey: ['c'] };
      // Half of the times the metadata knows the table only after the run has begun, and rows are told apart from then on.
      if (seed % 2 === 0) schema.addTable('ks', 'events', columns, key);
      await using h = await SessionHarness.start({ nodes: 2, seed, keyspace: 'ks', servers: { schema } });
      if (seed % 2 === 1) schema.addTable('ks', 'events', columns, key);
      const random = new SeededRandom(seed);
      h.servers.when(
        EVENT,
        delayed(() => random.int(1, 30), voidResult()),
        { bind: columns, partitionKey: ['k'] },
      );
      h.servers.when(
        { opcode: 'BATCH' },
        delayed(() => random.int(1, 30), voidResult()),
      );
      await teachAll(h, EVENT, [0, 0, 0]);
      const isAsync = random.chance(0.5);
      const given = Array.from({ length: 400 }, (_, v) => [random.int(1, 6), random.int(1, 6), v]);
      const params = isAsync ? slowly(h, given) : given;
      const { succeeded } = await h.settle(run(h.session, EVENT, params, { concurrency: random.int(1, 20) }));
      assert.equal(succeeded, 400);
      // What the server keeps: of each row the value with the greatest timestamp, which two must not share.
      const rows = new Map<string, { v: number; timestamp: bigint }[]>();
      for (const request of h.statements) most = Math.max(most, request.batch?.members.length ?? 1);
      for (const { bound, timestamp } of writesOf(h.statements, columns)) {
        const key = `${String(bound['k'])} ${String(bound['c'])}`;
        rows.set(key, [...(rows.get(key) ?? []), { v: bound['v'] as number, timestamp }]);
      }
      for (const writes of rows.values()) {
        const byTime = writes.toSorted((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
        assert.deepEqual(
          byTime.map(({ v }) => v),
          writes.map(({ v }) => v).sort((a, b) => a - b),
          `seed ${seed}`,
        );
        assert.equal(new Set(writes.map(({ timestamp }) => timestamp)).size, writes.length, `seed ${seed}`);
      }
    }
    assert.ok(most > 6, 'rows of one partition go together: there are six');
  });

  it('should_report_the_failure_of_a_batch_for_each_of_its_members', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(INSERT, voidResult(), bind);
    h.servers.when(
      { opcode: 'BATCH' },
      dynamic((request) => (membersOf(request).some(({ k }) => k === 13) ? error('invalid') : voidResult())),
    );
    const params = Array.from({ length: 100 }, (_, i) => (i === 50 ? ['no number', ''] : [i, `${i}`]));
    const result = await h.settle(run(h.session, INSERT, params, { raiseOnFirstError: false, collectResults: true }));
    const together = h.statements.find((request) => membersOf(request).some(({ k }) => k === 13));
    const members = (together === undefined ? [] : membersOf(together)).map(({ k }) => k as number);
    assert.ok(members.length > 1);
    assert.deepEqual([result.total, result.failed], [100, members.length + 1]);
    for (const { index, error: thrown } of result.errors) {
      if (index === 50) assert.ok(thrown instanceof InvalidValueError);
      else assert.ok(thrown instanceof InvalidQueryError && members.includes(index));
      assert.equal(result.results?.[index], undefined);
    }
    assert.equal(result.results?.filter((each) => each !== undefined).length, 100 - result.failed);
  });

  it('should_send_what_is_too_large_alone_and_what_a_source_gave_before_it_threw', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(INSERT, voidResult(), bind);
    const large = 'x'.repeat(6_000);
    const params = (function* (): Generator<Params> {
      for (let i = 0; i < 20; i++) yield [i, i % 5 === 0 ? large : 'small'];
      throw new Error('source bug');
    })();
    const failure = await h.failure(run(h.session, INSERT, params));
    assert.equal(failure.message, 'source bug');
    assert.equal(writesOf(h.statements).length, 20);
    for (const request of h.statements)
      if (request.batch !== undefined) for (const { v } of membersOf(request)) assert.equal(v, 'small');
  });

  it('should_not_keep_what_it_has_waiting_for_a_source_that_is_slow', async () => {
    await using h = await SessionHarness.start();
    h.servers.when(INSERT, voidResult(), bind);
    const arrived: number[] = [];
    const source = (async function* (): AsyncGenerator<Params> {
      for (let i = 0; i < 10; i++) {
        yield [i, ''];
        await new Promise<void>((resolve) => h.clock.setTimeout(resolve, i < 5 ? 3 : 200));
        arrived.push(writesOf(h.statements).length);
      }
    })();
    const { succeeded } = await h.settle(run(h.session, INSERT, source));
    assert.equal(succeeded, 10);
    // All that was given is on its way before the next comes, when that takes long.
    assert.deepEqual(arrived.slice(5), [6, 7, 8, 9, 10]);
  });

  it('should_refuse_what_is_not_safe_in_a_batch', async () => {
    await using h = await SessionHarness.start();
    const columns = { k: t.int, v: t.int };
    const refused: Readonly<Record<string, Columns>> = {
      'SELECT v FROM ks.t WHERE k = ?': { k: t.int },
      'INSERT INTO ks.t (k, v) VALUES (?, ?) IF NOT EXISTS': columns,
      'UPDATE ks.t SET v = v + 1 WHERE k = ?': { k: t.int },
      'BEGIN BATCH INSERT INTO ks.t (k) VALUES (?) APPLY BATCH': { k: t.int },
      'TRUNCATE ks.t': {},
    };
    for (const [cql, markers] of Object.entries(refused)) {
      h.servers.when(cql, voidResult(), { bind: markers, partitionKey: Object.keys(markers).slice(0, 1) });
      assert.ok((await h.failure(run(h.session, cql, []))) instanceof ConfigurationError, cql);
    }
    const unkeyed = 'INSERT INTO ks.t (k, v) VALUES (1, ?)';
    h.servers.when(unkeyed, voidResult(), { bind: { v: t.int } });
    assert.ok((await h.failure(run(h.session, unkeyed, []))) instanceof ConfigurationError);
    h.servers.when(INSERT, voidResult(), bind);
    for (const idempotent of [undefined, false]) {
      const statement = await h.settle(h.session.prepare(INSERT, { idempotent }));
      const running = h.session.executeConcurrent(statement, [], { batchByReplica: true });
      assert.ok((await h.failure(running)) instanceof ConfigurationError);
    }
    for (const batchByReplica of [1, { maxStatements: 0 }, { maxBytes: 5 }])
      assert.ok(
        (await h.failure(run(h.session, INSERT, [], { batchByReplica } as never))) instanceof ConfigurationError,
      );
  });
});

async function* slowly(h: SessionHarness, given: readonly Params[]): AsyncGenerator<Params> {
  for (const [i, params] of given.entries()) {
    if (i % 60 === 0) await new Promise<void>((resolve) => h.clock.setTimeout(resolve, 20));
    yield params;
  }
}
