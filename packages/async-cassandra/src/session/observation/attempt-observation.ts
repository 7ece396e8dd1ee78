import type { TrackedAttempt, TrackedNode } from '../../diagnostics/index.ts';
import type { LiveAttempt } from '../request-contract.ts';
import { Observed } from './tracker-group.ts';

/** One attempt, as it is told to trackers. */
export class AttemptObservation extends Observed implements TrackedAttempt {
  readonly live: LiveAttempt;
  readonly number: number;
  readonly isSpeculative: boolean;
  readonly startedAtMs: number;
  ending: TrackedAttempt['ending'] = 'running';

  constructor(live: LiveAttempt, number: number, isSpeculative: boolean, now: number) {
    super();
    this.live = live;
    this.number = number;
    this.isSpeculative = isSpeculative;
    this.startedAtMs = now;
  }

  get node(): TrackedNode {
    return this.live.pool.node.info;
  }
}
