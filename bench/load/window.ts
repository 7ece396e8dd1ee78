import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { LatencyHistogram } from './latency-histogram.ts';
import type { ClientSpec, Figures } from './spec.ts';

/** How often the event loop's delay is sampled: seldom enough to cost nothing. */
const DELAY_RESOLUTION_MS = 5;

/** A closed loop of so many workers, each one operation after the other; a window of it is measured after a warm-up. */
export async function measureWindow(spec: ClientSpec, operation: () => Promise<unknown>): Promise<Figures> {
  const histogram = new LatencyHistogram();
  let isRunning = true;
  let isRecording = false;
  let failed = 0;
  const work = async (): Promise<void> => {
    while (isRunning) {
      const startedAt = performance.now();
      try {
        await operation();
      } catch {
        failed++;
        continue;
      }
      if (isRecording) histogram.add((performance.now() - startedAt) * 1_000);
    }
  };
  const load = Promise.all(Array.from({ length: spec.concurrency }, work));
  await sleep(spec.warmupMs);
  const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  delay.enable();
  const server = threadNanoseconds(spec.serverPid);
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  isRecording = true;
  await sleep(spec.windowMs);
  isRecording = false;
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const serverUs = (threadNanoseconds(spec.serverPid) - server) / 1_000;
  delay.disable();
  isRunning = false;
  await load;
  const { total } = histogram;
  return {
    operations: total,
    seconds,
    perSecond: total / seconds,
    cpuUs: (user + system) / total,
    userUs: user / total,
    serverUs: serverUs / total,
    p50Us: histogram.percentile(0.5),
    p99Us: histogram.percentile(0.99),
    p999Us: histogram.percentile(0.999),
    loopDelayP99Ms: Math.max(0, delay.percentile(99) / 1e6 - DELAY_RESOLUTION_MS),
    loopDelayMaxMs: Math.max(0, delay.max / 1e6 - DELAY_RESOLUTION_MS),
    peakMb: peakMegabytes(),
    failed,
  };
}

/** Most memory that the process has had resident. The kernel's own account, where there is one, starts with the program. */
export function peakMegabytes(): number {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kilobytes !== undefined) return Number(kilobytes) / 1_024;
  } catch {
    // Not on this system.
  }
  return process.resourceUsage().maxRSS / 1_024;
}

/** Processor time of another process's main thread, where the kernel tells it; else not a number. */
function threadNanoseconds(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]);
  } catch {
    return Number.NaN;
  }
}
