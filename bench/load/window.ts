import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { LatencyHistogram } from './latency-histogram.ts';
import type { ClientSpec, Figures } from './spec.ts';

/** How often the event loop's delay is sampled: seldom enough to cost nothing. */
const DELAY_RESOLUTION_MS = 5;

/** Fewer operations than this say nothing: the window is as long as they need. */
const LEAST_OPERATIONS = 3;

/**
 * A closed loop of so many workers, each one operation after the other; a window of it is measured after a warm-up. The window of a
 * single worker begins and ends between operations, for there may be few of them.
 */
export async function measureWindow(spec: ClientSpec, operation: () => Promise<unknown>): Promise<Figures> {
  const load = new Load(operation);
  if (spec.concurrency === 1) {
    await load.runFor(spec.warmupMs, 1);
    const account = new Account(spec.serverPid);
    load.clear();
    await load.runFor(spec.windowMs, LEAST_OPERATIONS);
    return load.figures(account.close());
  }
  const running = load.start(spec.concurrency);
  await sleep(spec.warmupMs);
  load.clear();
  const account = new Account(spec.serverPid);
  await sleep(spec.windowMs);
  while (load.latencies.total < LEAST_OPERATIONS * spec.concurrency && load.failed === 0) await sleep(spec.windowMs);
  const figures = load.figures(account.close());
  load.isRunning = false;
  await running;
  return figures;
}

/** What the operations of a window took of the process and of the server. */
interface Costs {
  readonly seconds: number;
  readonly cpuUs: number;
  readonly userUs: number;
  readonly serverUs: number;
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
}

/** Counts from its making to `close`. */
class Account {
  private readonly serverPid: number;
  private readonly delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  private readonly server: number;
  private readonly cpu: NodeJS.CpuUsage;
  private readonly startedAt: number;

  constructor(serverPid: number) {
    this.serverPid = serverPid;
    this.delay.enable();
    this.server = threadNanoseconds(serverPid);
    this.cpu = process.cpuUsage();
    this.startedAt = performance.now();
  }

  close(): Costs {
    const seconds = (performance.now() - this.startedAt) / 1_000;
    const { user, system } = process.cpuUsage(this.cpu);
    this.delay.disable();
    return {
      seconds,
      cpuUs: user + system,
      userUs: user,
      serverUs: (threadNanoseconds(this.serverPid) - this.server) / 1_000,
      loopDelayP99Ms: Math.max(0, this.delay.percentile(99) / 1e6 - DELAY_RESOLUTION_MS),
      loopDelayMaxMs: Math.max(0, this.delay.max / 1e6 - DELAY_RESOLUTION_MS),
    };
  }
}

class Load {
  isRunning = true;
  failed = 0;
  readonly latencies = new LatencyHistogram();
  private readonly operation: () => Promise<unknown>;

  constructor(operation: () => Promise<unknown>) {
    this.operation = operation;
  }

  async start(concurrency: number): Promise<void> {
    await Promise.all(Array.from({ length: concurrency }, () => this.work()));
  }

  /** One worker, until the time is over and so many operations are done. */
  async runFor(ms: number, least: number): Promise<void> {
    const endsAt = performance.now() + ms;
    for (let done = 0; done < least || performance.now() < endsAt; done++) await this.once();
  }

  clear(): void {
    this.latencies.clear();
    this.failed = 0;
  }

  figures({ seconds, cpuUs, userUs, serverUs, ...loop }: Costs): Figures {
    const { latencies, failed } = this;
    const { total } = latencies;
    return {
      operations: total,
      seconds,
      perSecond: total / seconds,
      cpuUs: cpuUs / total,
      userUs: userUs / total,
      serverUs: serverUs / total,
      p50Us: latencies.percentile(0.5),
      p99Us: latencies.percentile(0.99),
      p999Us: latencies.percentile(0.999),
      ...loop,
      peakMb: peakMegabytes(),
      failed,
    };
  }

  private async work(): Promise<void> {
    while (this.isRunning) await this.once();
  }

  private async once(): Promise<void> {
    const startedAt = performance.now();
    try {
      await this.operation();
    } catch {
      this.failed++;
      return;
    }
    this.latencies.add((performance.now() - startedAt) * 1_000);
  }
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
