/** One client in a process of its own: `client <contestant> <port> <data centre> <tables>`. Prints what it measured, as JSON. */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { tableName } from './bench-schema.ts';
import { askForAll, type ContestantName, createContestant } from './contestants.ts';
import type { ClientFigures } from './figures.ts';

const [name, port, dataCenter, tables] = process.argv.slice(2) as [ContestantName, string, string, string];

/** Bytes in use, once what is garbage has been collected. */
async function memory(): Promise<{ readonly used: number; readonly resident: number }> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await nextTurn();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return { used: heapUsed + external, resident: rss };
}

const delays = monitorEventLoopDelay({ resolution: 1 });
const longestPause = async (): Promise<number> => {
  // A pause is noted by a timer when it is over.
  await sleep(5);
  const longest = delays.max / 1e6;
  delays.reset();
  return longest;
};

const contestant = createContestant(name, Number(port), dataCenter);
const before = await memory();
delays.enable();
const processorBefore = process.cpuUsage();
const start = performance.now();
await contestant.connect();
const connectMs = performance.now() - start;
await contestant.query();
const firstQueryMs = performance.now() - start;
let slowestQueryMs = 0;
while (!contestant.isSettled()) {
  const asked = performance.now();
  await contestant.query();
  slowestQueryMs = Math.max(slowestQueryMs, performance.now() - asked);
}
const settledMs = performance.now() - start;
const { user, system } = process.cpuUsage(processorBefore);
const pauseMs = await longestPause();
const idle = await memory();

const result: Record<string, number> = {};
if (name !== 'async-cassandra, schemaKeyspaces: []') {
  delays.reset();
  const askedOne = performance.now();
  await contestant.columnsOf(tableName(Number(tables) - 1));
  result['oneTableMs'] = performance.now() - askedOne;
  const askedAll = performance.now();
  await askForAll(contestant, Number(tables));
  result['allTablesMs'] = performance.now() - askedAll;
  result['allTablesPauseMs'] = await longestPause();
  result['allTablesBytes'] = (await memory()).used - before.used;
}
delays.disable();
await contestant.close();

const figures: ClientFigures = {
  connectMs,
  firstQueryMs,
  settledMs,
  slowestQueryMs,
  pauseMs,
  processorMs: (user + system) / 1000,
  idleBytes: idle.used - before.used,
  residentBytes: idle.resident - before.resident,
  ...result,
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
