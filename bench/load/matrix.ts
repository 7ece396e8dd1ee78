import type { LoadOptions } from './options.ts';
import type { StubOptions } from './server.ts';
import type { ClientSpec, ContestantName, Mode } from './spec.ts';
import { type Workload, WORKLOADS } from './workloads.ts';

/** One contestant of a cell: what is told to its process. */
export interface Entry {
  readonly name: string;
  readonly spec: Omit<ClientSpec, 'host' | 'port' | 'dataCenter' | 'serverPid' | 'driver'>;
}

/** What is compared with each other, in turns. */
export interface Cell {
  readonly title: string;
  readonly group: 'throughput' | 'latency' | 'slow' | 'burst' | 'idle' | 'startup' | 'workers';
  readonly entries: readonly Entry[];
  readonly server: StubOptions;
  readonly repetitions: number;
}

const BY_DEFAULT: Readonly<Record<Workload, readonly number[]>> = {
  w1: [1, 128, 1_024],
  w2: [128, 1_024],
  w3: [1],
  w4: [128],
};
const BURST = 10_000;
const IDLE_CLIENTS = 50;
const LATENCY_MS = 1;
/** Answers that take twenty times as long: one of a hundred. */
const SLOW: StubOptions = { latencyMs: LATENCY_MS, slowEvery: 100, slowMs: 20 };
/** LZ4 is shown where there is much and where there is little to compress. */
const COMPRESSED: readonly string[] = ['w1@128', 'w3@1'];

/** Everything that the options ask for, in the order in which it is measured. */
export function cells(options: LoadOptions): readonly Cell[] {
  const wanted = new Set<string>(options.workloads);
  const all: Cell[] = [];
  for (const workload of WORKLOADS) {
    if (!wanted.has(workload)) continue;
    const asked = workload === 'w3' ? [1] : (options.concurrency ?? BY_DEFAULT[workload]);
    for (const concurrency of asked) all.push(throughput(options, workload, concurrency));
  }
  if (options.realNodes > 0) return all;
  const others: Readonly<Record<string, () => readonly Cell[]>> = {
    latency: () => [128, 1_024].map((concurrency) => latency(options, concurrency)),
    slow: () => [slow(options, false), slow(options, true)],
    burst: () => [
      special(options, 'burst', `${BURST} reads at once`, { count: BURST, workload: 'w1' }, options.repetitions),
    ],
    idle: () => [special(options, 'idle', `${IDLE_CLIENTS} idle clients`, { count: IDLE_CLIENTS }, 1)],
    startup: () => [special(options, 'startup', 'start-up', {}, options.repetitions + 2)],
    workers: () => [workers(options)],
  };
  for (const [name, make] of Object.entries(others)) if (wanted.has(name)) all.push(...make());
  return all;
}

function throughput(options: LoadOptions, workload: Workload, concurrency: number): Cell {
  const title = `${workload}@${concurrency}`;
  const base = { mode: 'throughput', workload, concurrency } as const;
  const entries: Entry[] = [];
  for (const contestant of options.clients) {
    const protocols = contestant === 'async-cassandra' ? options.protocols : ([4] as const);
    for (const protocol of protocols) {
      entries.push(entry(options, contestant, { ...base, protocol }));
      if (contestant === 'async-cassandra' && COMPRESSED.includes(title) && options.compression.includes('lz4'))
        entries.push(entry(options, contestant, { ...base, protocol, compression: 'lz4' }));
    }
  }
  return { title, group: 'throughput', entries, server: {}, repetitions: options.repetitions };
}

function latency(options: LoadOptions, concurrency: number): Cell {
  const base = { mode: 'throughput', workload: 'w1', concurrency } as const;
  return {
    title: `w1@${concurrency}, answers after ${LATENCY_MS} ms`,
    group: 'latency',
    entries: options.clients.map((contestant) => entry(options, contestant, base)),
    server: { latencyMs: LATENCY_MS },
    repetitions: options.repetitions,
  };
}

/** Three nodes: speculation needs another one to ask. */
function slow(options: LoadOptions, isSlow: boolean): Cell {
  const base = { mode: 'throughput', workload: 'w1', concurrency: 128 } as const;
  const entries = options.clients
    .filter((contestant) => contestant === 'async-cassandra')
    .flatMap((contestant) => [
      entry(options, contestant, base),
      entry(options, contestant, { ...base, speculates: true }),
    ]);
  return {
    title: `w1@128, three nodes, ${isSlow ? 'one answer of a hundred after 20 ms' : 'no slow answers'}`,
    group: 'slow',
    entries,
    server: { ...(isSlow ? SLOW : { latencyMs: LATENCY_MS }), nodes: 3 },
    repetitions: options.repetitions,
  };
}

function workers(options: LoadOptions): Cell {
  const counts = [1, 2];
  const entries = counts.map((count) => {
    const one = entry(options, 'async-cassandra', { mode: 'workers', workload: 'w1', concurrency: 128, count });
    return { ...one, name: `${count} ${count === 1 ? 'thread' : 'threads'}` };
  });
  return { title: 'w1@128 in each thread', group: 'workers', entries, server: {}, repetitions: options.repetitions };
}

function special(
  options: LoadOptions,
  mode: Mode & Cell['group'],
  title: string,
  more: Partial<Entry['spec']>,
  repetitions: number,
): Cell {
  const entries: Entry[] = [];
  for (const contestant of options.clients) {
    // A raw client has nothing to import and no state to be idle with.
    if (contestant === 'raw' && mode !== 'burst') continue;
    entries.push(entry(options, contestant, { ...more, mode }));
    if (contestant === 'cassandra-driver' && mode === 'burst')
      entries.push(entry(options, contestant, { ...more, mode, hasRaisedLimits: true }));
  }
  return { title, group: mode, entries, server: {}, repetitions };
}

function entry(options: LoadOptions, contestant: ContestantName, more: Partial<Entry['spec']>): Entry {
  const spec: Entry['spec'] = {
    contestant,
    mode: 'throughput',
    workload: 'w1',
    concurrency: 1,
    protocol: 4,
    compression: 'none',
    warmupMs: options.warmupMs,
    windowMs: options.windowMs,
    count: 0,
    speculates: false,
    hasRaisedLimits: false,
    ...more,
  };
  const parts = [contestant === 'async-cassandra' ? `${contestant} v${spec.protocol}` : contestant];
  if (spec.compression !== 'none') parts.push(spec.compression);
  if (spec.speculates) parts.push('speculating');
  if (spec.hasRaisedLimits) parts.push('(limits raised)');
  return { name: parts.join(' '), spec };
}
