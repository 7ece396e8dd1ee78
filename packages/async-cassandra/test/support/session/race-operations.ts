import type { AsyncCluster } from '../../../src/client/cluster.ts';
import { type AsyncCassandraSession, BatchStatement, cql } from '../../../src/session/index.ts';
import {
  closeConnection,
  delayed,
  dynamic,
  error,
  generatedRows,
  type Matcher,
  never,
  type Reply,
  rows,
  type Rule,
  type RuleOptions,
  type SeededRandom,
  schemaChange,
  t,
  voidResult,
} from '../index.ts';

const SELECT = 'SELECT k FROM ks.t';
const INSERT = 'INSERT INTO ks.t (k) VALUES (1)';
const BOUND = 'INSERT INTO ks.t (k) VALUES (?)';
const SCAN = 'SELECT "k" FROM "ks"."t" WHERE token("k") > ? AND token("k") <= ?';
const TRACE = 'SELECT * FROM system_traces.sessions WHERE session_id = ?';
const CREATE = 'CREATE TABLE ks.t (k int PRIMARY KEY)';

/** Something that a user of a session may do at the moment it closes. */
export type Operation = (session: AsyncCassandraSession, signal: AbortSignal) => Promise<unknown>;

/** Every way of using a session, each with its timeouts, its signal, and the ways of leaving it. */
export const sessionOperations: readonly Operation[] = [
  (session) => session.execute(INSERT),
  (session) => session.execute(INSERT, undefined, { idempotent: true, attemptTimeoutMs: 20 }),
  (session) => session.execute(BOUND, [1], { timeoutMs: 30 }),
  (session, signal) => session.execute(BOUND, [2], { signal }),
  (session) => session.cql`INSERT INTO ks.t (k) VALUES (${4})`,
  (session, signal) =>
    session.execute(cql`INSERT INTO ks.t (k) VALUES (${5})`, undefined, { idempotent: true, signal }),
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
  async (session) => {
    const stream = await session.executeStream(SELECT, [], { fetchSize: 10, timeoutMs: 80 });
    const reading = stream[Symbol.asyncIterator]();
    await reading.next();
    // A page may be on its way.
    await stream.cancel();
  },
  async (session, signal) => {
    let count = 0;
    const scan = session.scan('ks.t', { fetchSize: 30, concurrency: 3, splits: 4, pageTimeoutMs: 60, signal });
    for await (const row of scan) if (row['k'] === 70 || ++count > 200) break;
    return scan.checkpoint;
  },
  async (session) => {
    await using scan = session.scan('ks.t', { fetchSize: 50, splits: 2 });
    for await (const page of scan.pages()) if (page.length < 50) break;
  },
  (session) => session.prepare(`SELECT k FROM ks.t WHERE k = 5`),
  (session, signal) => session.prepare(BOUND, { signal, timeoutMs: 50 }),
  async (session) => {
    const statement = await session.prepare(BOUND, { idempotent: true });
    return Promise.all([1, 2, 3].map((k) => session.execute(statement, [k], { timeoutMs: 200 })));
  },
  (session) => session.executeBatch(new BatchStatement('unlogged').add(INSERT).add(BOUND, [3]), { idempotent: true }),
  (session, signal) =>
    session.execute(new BatchStatement().add(cql`INSERT INTO ks.t (k) VALUES (${6})`), undefined, { signal }),
  (session) => session.setKeyspace('other'),
  (session) => session.execute('USE third'),
  (session) => session.execute(CREATE, undefined, { timeoutMs: 500 }),
  (session) => session.getTrace('6ba7b810-9dad-11d1-80b4-00c04fd430c8', { timeoutMs: 100 }),
  (session, signal) =>
    session.executeConcurrent(BOUND, [[1], [2], [3], [4], [5]], { concurrency: 2, signal, raiseOnFirstError: false }),
  (session) => session.executeConcurrent(BOUND, endless(), { concurrency: 'adaptive', raiseOnFirstError: true }),
  async (session, signal) => {
    let count = 0;
    const params = Array.from({ length: 12 }, (_, k) => [k]);
    for await (const _ of session.executeConcurrentAsCompleted(BOUND, params, { concurrency: 3, signal }))
      if (++count === 9) break;
  },
];

/** What a user of a cluster may do at the moment it closes. */
export const clusterOperations: readonly ((cluster: AsyncCluster) => Promise<unknown>)[] = [
  (cluster) => cluster.connect(),
  (cluster) => cluster.connect('ks'),
  (cluster) => cluster.refreshSchema(),
  async (cluster) => {
    await using session = await cluster.connect('ks');
    await session.execute(INSERT, undefined, { idempotent: true, timeoutMs: 100 });
  },
];

/** Where rules can be set: a server or all of a cluster. */
interface Scripted {
  when(matcher: Matcher, reply: Reply, options?: RuleOptions): Rule;
}

/** Has servers answer the operations above: well most of the time, and in every bad way at others. */
export function answerMoodily(servers: Scripted, random: SeededRandom, mostMs: number, goodShare = 0.85): void {
  const moody = (good: Reply): Reply => {
    const bad: readonly Reply[] = [
      error('overloaded'),
      error('unavailable', { consistency: 'ONE', required: 1, alive: 0 }),
      error('writeTimeout', { consistency: 'ONE', required: 1, received: 0, writeType: 'SIMPLE' }),
      error('invalid'),
      never(),
      closeConnection('reset'),
    ];
    return delayed(
      () => random.int(1, mostMs),
      dynamic(() => (random.chance(goodShare) ? good : random.pick(bad)), good.columns),
    );
  };
  const numbered = (count: number): Reply => generatedRows({ k: t.int }, count, (i) => [i]);
  servers.when(/^SELECT k FROM ks.t/, moody(numbered(100)));
  // A trace that is never complete: who waits for it asks again and again.
  servers.when(TRACE, rows({ duration: t.int }, [[null]]), { bind: { session_id: t.uuid } });
  servers.when(SCAN, moody(numbered(80)), { bind: { start: t.bigint, end: t.bigint } });
  servers.when('SELECT k FROM ks.t WHERE k = 5', rows({ k: t.int }));
  servers.when(INSERT, moody(voidResult()));
  servers.when(BOUND, moody(voidResult()), { bind: { k: t.int } });
  servers.when(CREATE, moody(schemaChange({ changeType: 'CREATED', target: 'TABLE', keyspace: 'ks', name: 't' })));
}

/** Only the end of the session, or a failure, ends what is fed by this. */
function* endless(): Generator<readonly [number]> {
  for (let k = 0; ; k++) yield [k];
}
