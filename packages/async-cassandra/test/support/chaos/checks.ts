import assert from 'node:assert/strict';
import type { Figures } from './figures.ts';
import type { Load } from './load.ts';
import type { StarvationWatch } from './starvation-watch.ts';

/** Timers have steps of 10 ms; shorter delays of this process than these are not watched. */
const LATE_MS = 300;
const FAILURES_END_AFTER_MS = 5_000;
const IN_USE_AFTER_MS = 10_000;
const LONGEST_PAUSE_MS = 5_000;

/** Every request has ended, and in time. */
export function assertDeadlines({ client, log }: Load, watch: StarvationWatch): void {
  assert.ok(log.operations.length > 0);
  for (const operation of log.operations) {
    const { kind, startedMs, endedMs } = operation;
    assert.ok(endedMs < Infinity, `${client.name}: a ${kind} hangs`);
    const isLate = endedMs - startedMs > client.deadlineMs + LATE_MS && !watch.overlaps(startedMs, endedMs);
    assert.ok(!isLate, `${client.name}: a ${kind} took ${endedMs - startedMs} ms`);
  }
}

/** Whatever fails of what may be sent again fails soon after the fault began. */
export function assertFailuresEnd({ client, phase, lastFailureMs = 0, unexcused }: Figures): void {
  const reason = unexcused[0]?.failure;
  assert.ok(lastFailureMs <= FAILURES_END_AFTER_MS, `${client}, ${phase}: after ${lastFailureMs} ms ${reason}`);
}

/** The node takes part again soon after its return. */
export function assertReturn({ client, phase, inUseMs = Infinity }: Figures): void {
  assert.ok(inUseMs <= IN_USE_AFTER_MS, `${client}, ${phase}: in use after ${inUseMs} ms`);
}

/** There is no long time without an answer, unless the machine had no time for anybody. */
export function assertTrafficGoesOn({ client, log }: Load, watch: StarvationWatch): void {
  const answers = log.operations.filter(({ failure }) => failure === undefined).map(({ endedMs }) => endedMs);
  answers.sort((a, b) => a - b);
  for (let i = 1; i < answers.length; i++) {
    const [from = 0, to = 0] = [answers[i - 1], answers[i]];
    assert.ok(to - from < LONGEST_PAUSE_MS || watch.overlaps(from, to), `${client.name}: nothing for ${to - from} ms`);
  }
}
