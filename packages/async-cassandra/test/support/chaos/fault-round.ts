import { setTimeout as pause } from 'node:timers/promises';
import type { ChaosRing } from './chaos-ring.ts';
import type { Fault } from './faults.ts';
import type { Load } from './load.ts';
import { isAcknowledged } from './operation-log.ts';
import type { StarvationWatch } from './starvation-watch.ts';

export interface RoundOptions {
  readonly ring: ChaosRing;
  readonly loads: readonly Load[];
  readonly watch: StarvationWatch;
  /** How long faults last that do not end by themselves. */
  readonly faultMs: number;
  /** How long figures are taken after the return. */
  readonly calmMs: number;
  readonly say: (text: string) => void;
}

/** A time of the run; times are of `performance.now()`, in milliseconds. */
export interface Phase {
  readonly name: string;
  /** The proxy of the node that had the trouble; undefined when none had. */
  readonly node: string | undefined;
  readonly beganMs: number;
  /** When the fault was ended, of one that ends by itself, when the phase did. */
  readonly overMs: number;
  /** When the node was there again. */
  readonly backMs: number;
  /** When the next phase began. */
  readonly endedMs: number;
}

/** No client takes longer than this to find a node again; those that do are reported as having failed to. */
export const GIVE_UP_MS = 45_000;

const CALM_MS = 2_000;
const SOON_MS = 200;
const LONGEST_CALMING_MS = 30_000;

/** Lets the loads run, and the faults befall one node after the other. */
export async function runRound(faults: readonly Fault[], options: RoundOptions): Promise<Phase[]> {
  const { loads, faultMs, say } = options;
  const phases: Phase[] = [];
  for (const load of loads) load.start();
  // Caches and compilers of the nodes want to be warm.
  await untilCalm(loads);
  const calmMs = performance.now();
  await pause(faultMs);
  const endedMs = performance.now();
  phases.push({ name: 'no fault', node: undefined, beganMs: calmMs, overMs: endedMs, backMs: endedMs, endedMs });
  for (const [index, fault] of faults.entries()) {
    say(`${fault.name} ...`);
    phases.push(await runFault(fault, index, options));
  }
  await Promise.all(loads.map((load) => load.stop()));
  return phases;
}

async function runFault(fault: Fault, index: number, options: RoundOptions): Promise<Phase> {
  const { ring, loads, watch, faultMs, calmMs } = options;
  const target = ring.nodes[index % ring.nodes.length];
  if (target === undefined) throw new Error('A ring has nodes');
  await untilCalm(loads);
  const beganMs = performance.now();
  watch.exempt = target;
  await fault.begin(target);
  if (fault.lasts) await pause(Math.max(0, beganMs + faultMs - performance.now()));
  const lastedMs = performance.now();
  const { isBack, settled } = fault.end(target);
  await isBack;
  const backMs = performance.now();
  const node = target.proxy.contactPoint;
  while (performance.now() < backMs + GIVE_UP_MS && !isUsedByAll(loads, node, backMs)) await pause(20);
  await settled;
  watch.exempt = undefined;
  await ring.cluster.untilWhole();
  await pause(calmMs);
  const endedMs = performance.now();
  return { name: fault.name, node, beganMs, overMs: fault.lasts ? lastedMs : endedMs, backMs, endedMs };
}

/** Until every client has had its last answers soon, or for a while: after that it is not the last fault that lasts. */
async function untilCalm(loads: readonly Load[]): Promise<void> {
  const endMs = performance.now() + LONGEST_CALMING_MS;
  while (performance.now() < endMs && !loads.every(isCalm)) await pause(100);
}

function isCalm({ log }: Load): boolean {
  const now = performance.now();
  const latest = log.idempotent(now - CALM_MS, now);
  return (
    latest.length > 0 &&
    latest.every((operation) =>
      operation.endedMs === Infinity
        ? now - operation.startedMs < SOON_MS
        : isAcknowledged(operation) && operation.endedMs - operation.startedMs < SOON_MS,
    )
  );
}

function isUsedByAll(loads: readonly Load[], node: string, sinceMs: number): boolean {
  return loads.every(({ log }) => log.firstAnswerOf(node, sinceMs) !== undefined);
}
