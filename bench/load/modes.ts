import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type Client, CONTESTANTS } from './contestants/index.ts';
import type { ClientSpec, Figures, Mode } from './spec.ts';
import { measureWindow, peakMegabytes } from './window.ts';

const BURST_ROUNDS = 4;
const MEGABYTE = 2 ** 20;

type Run = (spec: ClientSpec) => Promise<Figures>;

export const MODES: Readonly<Record<Mode, Run>> = { throughput, burst, idle, startup, workers };

async function open(spec: ClientSpec): Promise<Client> {
  const connect = await CONTESTANTS[spec.contestant](spec);
  return connect(spec);
}

async function throughput(spec: ClientSpec): Promise<Figures> {
  const client = await open(spec);
  const figures = await measureWindow(spec, await client.operation(spec.workload));
  await client.close();
  return figures;
}

/** So many operations at once, some times; the first time is another thing than those that follow. */
async function burst(spec: ClientSpec): Promise<Figures> {
  const client = await open(spec);
  const operation = await client.operation(spec.workload);
  await operation();
  const rounds: { ms: number; cpuMs: number; blockMs: number }[] = [];
  let failed = 0;
  let late = 0;
  for (let round = 0; round < BURST_ROUNDS; round++) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await sleep(5);
    delay.reset();
    const cpu = process.cpuUsage();
    const startedAt = performance.now();
    let last = -1;
    const note = (index: number): void => {
      if (index < last) late++;
      last = index;
    };
    const done = await Promise.allSettled(
      Array.from({ length: spec.count }, (_, index) => operation().then(() => note(index))),
    );
    const ms = performance.now() - startedAt;
    const { user, system } = process.cpuUsage(cpu);
    await sleep(5);
    delay.disable();
    failed = Math.max(failed, done.filter(({ status }) => status === 'rejected').length);
    rounds.push({ ms, cpuMs: (user + system) / 1_000, blockMs: Math.max(0, delay.max / 1e6 - 1) });
  }
  await client.close();
  const later = rounds.slice(1).sort((a, b) => a.ms - b.ms)[(BURST_ROUNDS - 1) >> 1];
  return {
    firstMs: rounds[0]?.ms ?? 0,
    laterMs: later?.ms ?? 0,
    cpuMs: later?.cpuMs ?? 0,
    longestBlockMs: Math.max(...rounds.slice(1).map(({ blockMs }) => blockMs)),
    failed,
    outOfOrder: late,
    peakMb: peakMegabytes(),
  };
}

/** What each further connected client takes. */
async function idle(spec: ClientSpec): Promise<Figures> {
  const settle = async (): Promise<{ rss: number; heap: number }> => {
    await sleep(300);
    globalThis.gc?.();
    globalThis.gc?.();
    return { rss: process.memoryUsage.rss(), heap: process.memoryUsage().heapUsed };
  };
  const connect = await CONTESTANTS[spec.contestant](spec);
  const connectOne = async (): Promise<Client> => {
    const client = await connect(spec);
    await (await client.operation('w1'))();
    return client;
  };
  const clients = [await connectOne()];
  const before = await settle();
  while (clients.length <= spec.count) clients.push(await connectOne());
  const after = await settle();
  await Promise.all(clients.map((client) => client.close()));
  return {
    rssKb: (after.rss - before.rss) / 1_024 / spec.count,
    heapKb: (after.heap - before.heap) / 1_024 / spec.count,
  };
}

async function startup(spec: ClientSpec): Promise<Figures> {
  const startedAt = performance.now();
  const connect = await CONTESTANTS[spec.contestant](spec);
  const importedAt = performance.now();
  const client = await connect(spec);
  const connectedAt = performance.now();
  await (await client.operation('w1'))();
  const firstQueryMs = performance.now() - connectedAt;
  const rssMb = process.memoryUsage.rss() / MEGABYTE;
  await client.close();
  return { importMs: importedAt - startedAt, connectMs: connectedAt - importedAt, firstQueryMs, rssMb };
}

/** So many threads, each with a session of its own. Processor time is that of the whole process. */
async function workers(spec: ClientSpec): Promise<Figures> {
  const own: ClientSpec = { ...spec, mode: 'throughput' };
  const all = await Promise.all(
    Array.from(
      { length: spec.count },
      () =>
        new Promise<Figures>((resolve, reject) => {
          new Worker(new URL(import.meta.url), { workerData: own }).once('message', resolve).once('error', reject);
        }),
    ),
  );
  const sum = (name: string): number => all.reduce((total, figures) => total + (figures[name] ?? 0), 0);
  const operations = sum('operations');
  const [first = {}] = all;
  return {
    threads: spec.count,
    perSecond: sum('perSecond'),
    cpuUs: ((first['cpuUs'] ?? 0) * (first['operations'] ?? 0)) / operations,
    p99Us: Math.max(...all.map((figures) => figures['p99Us'] ?? 0)),
    failed: sum('failed'),
    peakMb: peakMegabytes(),
  };
}
