import assert from 'node:assert/strict';
import { AsyncCassandraError } from '../../../src/errors/index.ts';
import { ConstantSpeculativeExecutionPolicy } from '../../../src/policies/index.ts';
import { type AsyncCassandraSession, BatchStatement } from '../../../src/session/index.ts';
import {
  closeConnection,
  delayed,
  dynamic,
  error,
  generatedRows,
  never,
  type Reply,
  rows,
  SchemaModel,
  SeededRandom,
  schemaChange,
  t,
  voidResult,
} from '../index.ts';
import { SessionHarness } from './session-harness.ts';

const SELECT = 'SELECT k FROM ks.t';
const INSERT = 'INSERT INTO ks.t (k) VALUES (1)';
const BOUND = 'INSERT INTO ks.t (k) VALUES (?)';
const SCAN = 'SELECT "k" FROM "ks"."t" WHERE token("k") > ? AND token("k") <= ?';
const CREATE = 'CREATE TABLE ks.t (k int PRIMARY KEY)';

/** Answers well most of the time, and badly in every way at others. */
function moody(random: SeededRandom, good: Reply): Reply {
  const bad: readonly Reply[] = [
    error('overloaded'),
    error('unavailable', { consistency: 'ONE', required: 1, alive: 0 }),
    error('writeTimeout', { consistency: 'ONE', required: 1, received: 0, writeType: 'SIMPLE' }),
    error('invalid'),
    never(),
    closeConnection('reset'),
  ];
  return delayed(
    () => random.int(1, 40),
    dynamic(() => (random.chance(0.85) ? good : random.pick(bad)), good.columns),
  );
}

type Operation = (session: AsyncCassandraSession, signal: AbortSignal) => Promise<unknown>;

const operations: readonly Operation[] = [
  (session) => session.execute(INSERT),
  (session) => session.execute(INSERT, undefined, { idempotent: true, attemptTimeoutMs: 20 }),
  (session) => session.execute(BOUND, [1], { timeoutMs: 30 }),
  (session, signal) => session.execute(BOUND, [2], { signal }),
  async (session) => (await session.execute(SELECT, undefined, { fetchSize: 7 })).all(),
  async (session, signal) => {
    let count = 0;
    const stream = await session.executeStream(SELECT, [], { fetchSize: 9, prefetchPages: 2, signal });
    for await (const row of stream) if (row['k'] === 80 || ++count > 90) break;
  },
  async (session) => {
    await using stream = await session.executeStream(SELECT, [], { fetchSize: 20, pageTimeoutMs: 100 });
    for await (const page of stream.pages()) if (page.length === 0) break;
  },
  async (session, signal) => {
    let count = 0;
    const scan = session.scan('ks.t', { fetchSize: 30, concurrency: 3, splits: 4, pageTimeoutMs: 60, signal });
    for await (const row of scan) if (row['k'] === 70 || ++count > 200) break;
    return scan.checkpoint;
  },
  (session) => session.prepare(`SELECT k FROM ks.t WHERE k = 5`),
  (session, signal) => session.prepare(BOUND, { signal, timeoutMs: 50 }),
  (session) => session.executeBatch(new BatchStatement('unlogged').add(INSERT).add(BOUND, [3]), { idempotent: true }),
  (session) => session.setKeyspace('other'),
  (session) => session.execute('USE third'),
  (session) => session.execute(CREATE, undefined, { timeoutMs: 500 }),
  (session, signal) =>
    session.executeConcurrent(BOUND, [[1], [2], [3], [4], [5]], { concurrency: 2, signal, raiseOnFirstError: false }),
];

/**
 * One history: up to 50 operations, faults of nodes and network, aborts, and `close()` at a random moment. Every promise
 * has to settle as a result or as a typed error, and nothing may be left.
 */
export async function raceWithClose(seed: number): Promise<void> {
  const random = new SeededRandom(seed);
  const schema = new SchemaModel();
  schema.addTable('ks', 't', { k: t.int });
  const h = await SessionHarness.start({
    servers: { schema },
    nodes: random.int(1, 3),
    versions: [random.pick([4, 5])],
    keyspace: 'ks',
    latencyMs: random.int(0, 3),
    seed: random.int(1, 1e9),
    cluster: {
      requestTimeoutMs: random.pick([50, 300, 30_000]),
      pooling: { connectionsPerNode: random.int(1, 2), maxRequestsPerConnection: random.pick([3, 1000]) },
      limits: { maxInFlight: random.pick([4, 1000]), maxQueued: random.pick([5, 1000]), maxOrphaned: 8 },
      ...(random.chance(0.3)
        ? { speculativeExecutionPolicy: new ConstantSpeculativeExecutionPolicy({ delayMs: random.int(1, 20) }) }
        : {}),
    },
  });
  const bind = { bind: { k: t.int } };
  h.servers.when(
    /^SELECT k FROM ks.t/,
    moody(
      random,
      generatedRows({ k: t.int }, 100, (i) => [i]),
    ),
  );
  h.servers.when(
    SCAN,
    moody(
      random,
      generatedRows({ k: t.int }, 80, (i) => [i]),
    ),
    { bind: { start: t.bigint, end: t.bigint } },
  );
  h.servers.when('SELECT k FROM ks.t WHERE k = 5', rows({ k: t.int }));
  h.servers.when(INSERT, moody(random, voidResult()));
  h.servers.when(BOUND, moody(random, voidResult()), bind);
  h.servers.when(
    CREATE,
    moody(random, schemaChange({ changeType: 'CREATED', target: 'TABLE', keyspace: 'ks', name: 't' })),
  );
  const controllers = Array.from({ length: 3 }, () => new AbortController());
  const outcomes: Promise<unknown>[] = [];
  const begin = (operation: Operation): void => {
    const { signal } = random.pick(controllers);
    outcomes.push(
      operation(h.session, signal).then(
        () => 'result',
        (reason: unknown) => reason,
      ),
    );
  };
  const closeAt = random.int(0, 150);
  let closing: Promise<void> | null = null;
  for (let count = random.int(1, 50), at = 0; count > 0; count--) {
    begin(random.pick(operations));
    if (random.chance(0.4)) {
      const pause = random.int(1, 10);
      await h.clock.advance(pause);
      at += pause;
    }
    if (random.chance(0.05)) random.pick(controllers).abort('enough');
    if (random.chance(0.05)) for (const node of h.servers.nodes) node.forgetPrepared();
    if (random.chance(0.03)) h.network.openLinks()[0]?.cut();
    if (at >= closeAt) closing ??= h.session.close({ drainTimeoutMs: random.pick([0, 10, 5000]) });
  }
  closing ??= h.session.close({ drainTimeoutMs: random.pick([0, 10, 5000]) });
  await h.clock.settle(closing, 60_000);
  // Closing ends everything: nothing is left to run into its own deadline.
  for (const outcome of await h.clock.settle(Promise.all(outcomes), 20))
    if (outcome !== 'result' && !(outcome instanceof AsyncCassandraError)) throw outcome;
  const { activeOperations, inFlight, queued, openStreams, openConnections } = h.session.state;
  assert.deepEqual(
    { activeOperations, inFlight, queued, openStreams, openConnections },
    { activeOperations: 0, inFlight: 0, queued: 0, openStreams: 0, openConnections: 0 },
  );
  await h[Symbol.asyncDispose]();
  await h.clock.advance(3000);
  assert.equal(h.network.openLinks().length, 0);
  assert.equal(h.clock.pending, 0, 'timers are left');
}
