import type { Outcome } from '../errors/index.ts';

const SEVERITY: Readonly<Record<Outcome, number>> = { notSent: 0, rejected: 1, unknown: 2 };

/** Of two attempts' outcomes the one that counts: a request may have been applied when one of its attempts may have been. */
export function worseOutcome(one: Outcome, other: Outcome): Outcome {
  return SEVERITY[one] >= SEVERITY[other] ? one : other;
}
