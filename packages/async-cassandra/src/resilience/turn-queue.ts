import type { TimerHandle } from '../connection/index.ts';
import type { Abortable } from '../session/index.ts';

/** Somebody who waits for their turn. */
export interface Turn extends Abortable {
  readonly signal: AbortSignal | undefined;
  readonly since: number;
  readonly begin: () => void;
  readonly refuse: (error: Error) => void;
  timer: TimerHandle | null;
  before: Turn | null;
  after: Turn | null;
}

/** First come, first served; whoever gives up leaves from anywhere at no cost. */
export class TurnQueue {
  #first: Turn | null = null;
  #last: Turn | null = null;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): Turn | null {
    return this.#first;
  }

  push(turn: Turn): void {
    turn.before = this.#last;
    if (this.#last === null) this.#first = turn;
    else this.#last.after = turn;
    this.#last = turn;
    this.#size++;
  }

  remove(turn: Turn): void {
    if (turn.before === null) this.#first = turn.after;
    else turn.before.after = turn.after;
    if (turn.after === null) this.#last = turn.before;
    else turn.after.before = turn.before;
    turn.before = null;
    turn.after = null;
    this.#size--;
  }
}
