/**
 * What watching requests adds to them: CPU of one read of a prepared statement, without anybody watching and with trackers
 * and collectors, on one session in one process, in turns.
 *
 *     npm run build
 *     npx tsx bench/micro/observation.ts [--rounds 30] [--slice 15000] [--concurrency 128] [--only 'nothing,in memory']
 *         [--mixed] [--driver <folder of another build>]
 *
 * With `--mixed` writes come between the reads, so that no request is of the same statement as the one before.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type * as Driver from 'async-cassandra';
import type { RequestTracker } from 'async-cassandra';
import type * as Prometheus from '../../packages/async-cassandra/src/integrations/prometheus/index.ts';
import { startStub } from '../../packages/async-cassandra/test/support/stub/start-stub.ts';
import { STUB_STATEMENTS, STUB_VALUES } from '../../packages/async-cassandra/test/support/stub/statements.ts';

const DIST = join(import.meta.dirname, '../../packages/async-cassandra/dist');

const { values: given } = parseArgs({
  options: {
    rounds: { type: 'string', default: '30' },
    slice: { type: 'string', default: '15000' },
    concurrency: { type: 'string', default: '128' },
    only: { type: 'string' },
    mixed: { type: 'boolean', default: false },
    driver: { type: 'string', default: DIST },
  },
});
const rounds = Number(given.rounds);
const slice = Number(given.slice);
const concurrency = Number(given.concurrency);

const { AsyncCluster, InMemoryMetricsCollector, MetricsMiddleware } = (await import(
  join(given.driver, 'index.js')
)) as typeof Driver;
const { PrometheusMetricsCollector } = (await import(
  join(given.driver, 'integrations/prometheus/index.js')
)) as typeof Prometheus;

/** Whoever watches in a slice. */
function watchers(): Record<string, RequestTracker | null> {
  const idle: RequestTracker = {
    onStart: () => undefined,
    onEnd: () => undefined,
  };
  const prometheus = new PrometheusMetricsCollector();
  return {
    nothing: null,
    'an idle tracker': idle,
    'no collector': new MetricsMiddleware(),
    'in memory': new MetricsMiddleware([new InMemoryMetricsCollector()]),
    'in memory, Prometheus': new MetricsMiddleware([new InMemoryMetricsCollector(), prometheus]),
  };
}

await using stub = await startStub({ versions: [4] });
await using cluster = new AsyncCluster({ contactPoints: [`127.0.0.1:${stub.port}`] });
const session = await cluster.connect();
const { id, name, email, age, created } = STUB_VALUES;
const read = await session.prepare(STUB_STATEMENTS.w1, { idempotent: true });
const write = await session.prepare(STUB_STATEMENTS.w2, { idempotent: true });
const work: readonly (() => Promise<unknown>)[] = [
  async () => (await session.execute(read, [id])).one(),
  ...(given.mixed ? [(): Promise<unknown> => session.execute(write, [id, name, email, age, created])] : []),
];

async function requests(count: number): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await work[left % work.length]?.();
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

async function measured(watcher: RequestTracker | null): Promise<number> {
  if (watcher !== null) session.observe(watcher);
  const before = process.cpuUsage();
  await requests(slice);
  const { user, system } = process.cpuUsage(before);
  if (watcher !== null) session.unobserve(watcher);
  return (user + system) / slice;
}

const contestants = Object.entries(watchers()).filter(
  ([name]) => name === 'nothing' || (given.only?.split(',').includes(name) ?? true),
);
const samples = new Map(contestants.map(([name]) => [name, [] as number[]]));
for (const [, watcher] of contestants) for (let i = 0; i < 4; i++) await measured(watcher);
for (let round = 0; round < rounds; round++) {
  for (const [name, watcher] of round % 2 === 0 ? contestants : contestants.toReversed())
    samples.get(name)?.push(await measured(watcher));
}

const without = samples.get('nothing') as number[];
for (const [name, taken] of samples) {
  const added = taken.map((micros, round) => micros - (without[round] as number));
  process.stdout.write(
    `${name.padEnd(24)} ${median(taken).toFixed(2)} us CPU a request  added ${median(added).toFixed(3)} us  least added ${(least(taken) - least(without)).toFixed(3)} us\n`,
  );
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function least(values: readonly number[]): number {
  return Math.min(...values);
}
