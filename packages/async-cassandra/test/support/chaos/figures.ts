import type { Phase } from './fault-round.ts';
import type { Load } from './load.ts';
import { isAcknowledged, type Operation } from './operation-log.ts';
import type { StarvationWatch } from './starvation-watch.ts';

/** What one client's idempotent requests went through in one phase; times in milliseconds. */
export interface Figures {
  readonly phase: string;
  readonly client: string;
  /** While the fault lasted; for one that ends by itself, to the end of the phase. */
  readonly during: Latencies;
  /** From the end of the fault to the end of the phase; nothing for one that ends by itself. */
  readonly after: Latencies;
  readonly failures: readonly Operation[];
  /** Those that cannot be put down to a machine that had no time for sound nodes or for this process. */
  readonly unexcused: readonly Operation[];
  /** From the beginning of the fault to the end of the last of these; undefined: there were none. */
  readonly lastFailureMs: number | undefined;
  /** From the node's return to its first answer to a request made after it; undefined: there was none. */
  readonly inUseMs: number | undefined;
}

export interface Latencies {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Latencies as callers saw them, those of failures included. */
export function latenciesOf(operations: readonly Operation[]): Latencies {
  const sorted = operations.map(({ startedMs, endedMs }) => endedMs - startedMs).sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

export function figuresOf(phase: Phase, { client, log }: Load, watch: StarvationWatch): Figures {
  const { beganMs, overMs, backMs, endedMs, node } = phase;
  const failures = log.idempotent(beganMs, endedMs).filter((operation) => !isAcknowledged(operation));
  const answeredMs = node === undefined ? undefined : log.firstAnswerOf(node, backMs);
  const unexcused = failures.filter(({ startedMs, endedMs }) => !watch.overlaps(startedMs, endedMs));
  const lastFailure = unexcused.reduce((latest, operation) => Math.max(latest, operation.endedMs), 0);
  return {
    phase: phase.name,
    client: client.name,
    during: latenciesOf(log.idempotent(beganMs, overMs)),
    after: latenciesOf(log.idempotent(overMs, endedMs)),
    failures,
    unexcused,
    lastFailureMs: unexcused.length === 0 ? undefined : lastFailure - beganMs,
    inUseMs: answeredMs === undefined ? undefined : answeredMs - backMs,
  };
}
