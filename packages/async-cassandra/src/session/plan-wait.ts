import type { TimerHandle } from '../connection/index.ts';
import { TimeoutError } from '../errors/index.ts';
import type { Abortable } from './abort-registry.ts';
import type { PreparedPlan } from './prepared-statement.ts';
import type { RequestCore } from './request-core.ts';
import { requestAborted } from './request-failures.ts';

/** How long one caller is willing to wait for a preparation. */
export interface PrepareWait {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** One caller's wait for a preparation that others may wait for too: giving it up leaves the preparation alone. */
export class PlanWait implements Abortable {
  readonly #core: RequestCore;
  readonly #wait: PrepareWait;
  #timer: TimerHandle | null = null;
  #reject: (error: unknown) => void = () => undefined;

  constructor(core: RequestCore, wait: PrepareWait) {
    this.#core = core;
    this.#wait = wait;
  }

  /**
   * @param node - the node that is being asked, for the error that tells of its silence
   * @throws AbortError, TimeoutError, or what the preparation fails with
   */
  for(pending: Promise<PreparedPlan>, node: () => string | undefined): Promise<PreparedPlan> {
    const { timeoutMs, signal } = this.#wait;
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      if (signal !== undefined) this.#core.aborts.add(signal, this);
      if (timeoutMs < Infinity)
        this.#timer = this.#core.parts.seams.timers.setTimeout(
          () => this.#giveUp(timeoutError(timeoutMs, node())),
          timeoutMs,
        );
      pending.then(
        (plan) => {
          this.#release();
          resolve(plan);
        },
        (error: unknown) => this.#giveUp(error),
      );
    });
  }

  onAborted(reason: unknown): void {
    this.#giveUp(requestAborted({ reason }));
  }

  #giveUp(error: unknown): void {
    this.#release();
    this.#reject(error);
  }

  #release(): void {
    const { signal } = this.#wait;
    if (signal !== undefined) this.#core.aborts.remove(signal, this);
    if (this.#timer !== null) this.#core.parts.seams.timers.clearTimeout(this.#timer);
    this.#timer = null;
  }
}

function timeoutError(timeoutMs: number, node: string | undefined): TimeoutError {
  const what = node === undefined ? 'Preparing the statement' : `Preparing the statement, last sent to ${node},`;
  return new TimeoutError(`${what} took longer than timeoutMs (${timeoutMs} ms); check the cluster's load`, timeoutMs, {
    outcome: 'notSent',
    node,
  });
}
