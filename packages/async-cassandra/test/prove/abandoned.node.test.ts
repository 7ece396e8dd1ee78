/**
 * Ten thousand streams abandoned at random points, and as many requests aborted, on real sockets: afterwards nothing is
 * open, nothing in flight, and three collections later the heap is where it was.
 *
 *     npm run prove -- abandoned
 *
 * `TEST_SEED` repeats a run, `PROPERTY_SCALE` scales it.
 */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { Readable } from 'node:stream';
import { after, before, describe, it, type TestContext } from 'node:test';
import { AbortError, type AsyncCassandraSession, AsyncCluster } from 'async-cassandra';
import { chooseSeed, SeededRandom } from '../support/seeded-random.ts';
import { collectGarbage } from '../support/collect-garbage.ts';
import { delayed, eventually, generatedRows, ScriptedServer, t as cql } from '../support/index.ts';
import { propertyRuns } from '../support/property-runs.ts';

const MIB = 2 ** 20;
const ALLOWED_BYTES = 5 * MIB;
const SELECT = 'SELECT k, v FROM ks.t';
const ROWS = 200;
const AT_A_TIME = 50;
const count = propertyRuns(10_000);
const seed = chooseSeed() >>> 0;

type Session = AsyncCassandraSession;
type Abandon = (session: Session, random: SeededRandom, shared: AbortSignal) => Promise<void>;

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Reads up to a random row, then does what it is told. */
async function readTo(
  session: Session,
  random: SeededRandom,
  signal: AbortSignal | undefined,
  leave: (stream: Awaited<ReturnType<Session['executeStream']>>) => Promise<unknown> | undefined,
): Promise<void> {
  const fetchSize = random.int(5, 60);
  const stream = await session.executeStream(SELECT, [], { fetchSize, prefetchPages: random.int(0, 3), signal });
  const last = random.int(0, ROWS - 2);
  let at = 0;
  for await (const _ of stream) {
    if (at++ < last) continue;
    await leave(stream);
    break;
  }
}

const ways: Readonly<Record<string, Abandon>> = {
  break: (session, random) => readTo(session, random, undefined, () => undefined),
  throw: async (session, random) => {
    const thrown = new Error('mine');
    const reading = readTo(session, random, undefined, () => Promise.reject(thrown));
    await assert.rejects(reading, thrown);
  },
  cancel: (session, random) => readTo(session, random, undefined, (stream) => stream.cancel()),
  abort: async (session, random) => {
    const controller = new AbortController();
    await readTo(session, random, controller.signal, () => {
      controller.abort();
      return undefined;
    });
  },
  'break of pages': async (session, random) => {
    const stream = await session.executeStream(SELECT, [], { fetchSize: random.int(5, 60) });
    let pages = random.int(1, 3);
    for await (const _ of stream.pages()) if (--pages === 0) break;
  },
  'destroyed Readable': async (session, random) => {
    const readable = Readable.from(await session.executeStream(SELECT, [], { fetchSize: random.int(5, 60) }));
    let rows = random.int(1, ROWS - 1);
    for await (const _ of readable) if (--rows === 0) break;
  },
  'lost before it is read': async (session, random, shared) => {
    await session.executeStream(SELECT, [], { fetchSize: random.int(5, 60), signal: shared });
  },
  'lost half-way': async (session, random, shared) => {
    const signal = random.chance(0.5) ? shared : undefined;
    const iterator = (await session.executeStream(SELECT, [], { fetchSize: 20, signal }))[Symbol.asyncIterator]();
    for (let rows = random.int(1, ROWS); rows > 0; rows--) await iterator.next();
  },
  'lost during a fetch': async (session, random) => {
    const stream = await session.executeStream(SELECT, [], { fetchSize: 10, prefetchPages: random.int(0, 3) });
    const iterator = stream[Symbol.asyncIterator]();
    for (let rows = 0; rows < 10; rows++) await iterator.next();
    void iterator.next();
  },
};

async function aborted(session: Session, random: SeededRandom): Promise<void> {
  const controller = new AbortController();
  const work = session.execute(SELECT, undefined, { signal: controller.signal, fetchSize: 5 });
  const turns = random.int(0, 4);
  for (let turn = 0; turn < turns; turn++) await pause();
  controller.abort();
  await work.catch((error: unknown) => assert.ok(error instanceof AbortError, String(error)));
}

/** Runs `total` pieces of work, some at a time. */
async function each(total: number, work: () => Promise<void>): Promise<void> {
  let started = 0;
  const worker = async (): Promise<void> => {
    while (started++ < total) await work();
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}

describe(`${count} times`, () => {
  let server: ScriptedServer;
  let cluster: AsyncCluster;
  let session: Session;

  before(async () => {
    server = await ScriptedServer.start();
    const row = (i: number): [number, string] => [i, `value ${i}`];
    const random = new SeededRandom(seed);
    const reply = generatedRows({ k: cql.int, v: cql.text }, ROWS, row);
    server.when(
      SELECT,
      delayed(() => random.int(0, 3), reply),
    );
    cluster = new AsyncCluster({ contactPoints: [server.contactPoint] });
    session = await cluster.connect();
  });

  after(async () => {
    await cluster.shutdown();
    await server.stop();
    assert.deepEqual(server.faults, []);
  });

  /** In use after three collections. */
  async function settled(): Promise<number> {
    await eventually(() => session.state.inFlight === 0 && session.state.nodes.every((node) => node.orphaned === 0));
    server.log.clear();
    for (let i = 0; i < 3; i++) {
      collectGarbage();
      await pause();
    }
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  }

  async function assertNothingKept(t: TestContext, work: () => Promise<void>): Promise<void> {
    const clearing = setInterval(() => server.log.clear(), 50);
    await each(Math.min(count, 2_000), work);
    const before = await settled();
    await each(count, work);
    clearInterval(clearing);
    const after = await settled();
    const { openStreams, inFlight, queued, activeOperations } = session.state;
    t.diagnostic(`TEST_SEED=${seed}; ${((after - before) / MIB).toFixed(2)} MiB more in use than before`);
    assert.deepEqual({ openStreams, inFlight, queued, activeOperations }, zero);
    assert.ok(after - before <= ALLOWED_BYTES, `${(after - before) / MIB} MiB are still in use`);
  }

  const zero = { openStreams: 0, inFlight: 0, queued: 0, activeOperations: 0 };

  it('should_keep_nothing_of_streams_that_were_abandoned', async (t) => {
    const random = new SeededRandom(seed);
    const { signal } = new AbortController();
    const all = Object.values(ways);
    await assertNothingKept(t, () => random.pick(all)(session, random, signal));
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('should_keep_nothing_of_requests_that_were_aborted', async (t) => {
    const random = new SeededRandom(seed);
    await assertNothingKept(t, () => aborted(session, random));
  });
});
