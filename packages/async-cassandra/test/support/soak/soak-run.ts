import { getEventListeners } from 'node:events';
import { AsyncCluster } from '../../../src/client/cluster.ts';
import { createSystemSeams, type Seams, type TimerHandle } from '../../../src/connection/index.ts';
import { ConstantReconnectionPolicy } from '../../../src/policies/index.ts';
import { collectGarbage } from '../collect-garbage.ts';
import { SeededRandom } from '../seeded-random.ts';
import { startSoakServer } from './soak-server.ts';
import { SoakWork } from './soak-work.ts';

export interface SoakOptions {
  /** It ends after so many operations, or ... */
  readonly operations: number;
  /** ... so many minutes, whichever comes first. */
  readonly minutes: number;
  readonly sampleEveryMs: number;
  readonly seed: number;
  /** Told of each sample. */
  onSample?(sample: SoakSample): void;
}

/** What the process held at one moment, right after a collection. */
export interface SoakSample {
  readonly operations: number;
  readonly seconds: number;
  /** MiB: of objects, of buffers, of the whole process. */
  readonly heap: number;
  readonly external: number;
  readonly rss: number;
  /** Sockets, of all that the process has open. */
  readonly sockets: number;
  /** Handles and requests of the event loop that keep the process alive. */
  readonly handles: number;
  /** Timers of the driver, those that keep nothing alive too. */
  readonly timers: number;
  /** Listeners on a signal that all share. */
  readonly listeners: number;
  readonly inFlight: number;
  readonly queued: number;
  readonly openStreams: number;
  readonly prepared: number;
  readonly orphaned: number;
}

export interface SoakResult {
  readonly samples: readonly SoakSample[];
  readonly operations: number;
  readonly seconds: number;
  readonly counts: ReadonlyMap<string, number>;
  readonly errors: ReadonlyMap<string, number>;
  /** After everything was closed. */
  readonly left: { readonly timers: number; readonly sockets: number };
}

const WORKERS = 256;
const MIB = 2 ** 20;

/** Works on servers in another process until there were operations enough, or the time is up. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  await using server = await startSoakServer();
  const { seams, timers } = countingTimers(createSystemSeams());
  const cluster = new AsyncCluster(
    {
      contactPoints: [`127.0.0.1:${server.port}`],
      reconnectionPolicy: new ConstantReconnectionPolicy({ delayMs: 100 }),
      pooling: { heartbeatIntervalMs: 2_000 },
    },
    seams,
  );
  const session = await cluster.connect();
  const shared = new AbortController();
  const work = new SoakWork(session, new SeededRandom(options.seed), shared.signal);
  const startedAt = performance.now();
  const endsAt = startedAt + options.minutes * 60_000;
  const samples: SoakSample[] = [];
  const sample = (): void => {
    collectGarbage();
    const { heapUsed, external, rss } = process.memoryUsage();
    const resources = process.getActiveResourcesInfo();
    const { inFlight, queued, openStreams, preparedStatements, nodes } = session.state;
    const taken: SoakSample = {
      operations: work.total,
      seconds: (performance.now() - startedAt) / 1000,
      heap: heapUsed / MIB,
      external: external / MIB,
      rss: rss / MIB,
      sockets: resources.filter((name) => name.startsWith('TCP')).length,
      handles: resources.filter((name) => name !== 'Timeout' && name !== 'Immediate').length,
      timers: timers(),
      listeners: getEventListeners(shared.signal, 'abort').length,
      inFlight,
      queued,
      openStreams,
      prepared: preparedStatements,
      orphaned: nodes.reduce((sum, node) => sum + node.orphaned, 0),
    };
    samples.push(taken);
    options.onSample?.(taken);
  };
  // At moments of no order: servers reset connections every two seconds, and samples nearly in step with that would see a trend.
  let sampling: NodeJS.Timeout | undefined;
  const sampleLater = (): void => {
    sampling = setTimeout(
      () => {
        sample();
        sampleLater();
      },
      options.sampleEveryMs * (0.5 + Math.random()),
    );
  };
  sampleLater();
  let isOver = false;
  const worker = async (): Promise<void> => {
    for (let turn = 0; !isOver; turn++) {
      await work.next();
      if ((turn & 63) === 0) isOver ||= work.total >= options.operations || performance.now() >= endsAt;
    }
  };
  try {
    await Promise.all(Array.from({ length: WORKERS }, worker));
  } finally {
    clearTimeout(sampling);
    isOver = true;
  }
  const seconds = (performance.now() - startedAt) / 1000;
  await cluster.shutdown();
  const sockets = process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP')).length;
  const { counts, errors } = work;
  return { samples, operations: work.total, seconds, counts, errors, left: { timers: timers(), sockets } };
}

/** Knows how many timers of the driver wait. */
function countingTimers(real: Seams): { readonly seams: Seams; readonly timers: () => number } {
  const waiting = new Set<TimerHandle>();
  const timers: Seams['timers'] = {
    ...real.timers,
    setTimeout: (callback, ms) => {
      const handle = real.timers.setTimeout(() => {
        waiting.delete(handle);
        callback();
      }, ms);
      waiting.add(handle);
      return handle;
    },
    clearTimeout: (handle) => {
      waiting.delete(handle);
      real.timers.clearTimeout(handle);
    },
  };
  return { seams: { ...real, timers }, timers: () => waiting.size };
}
