import type { TimerHandle } from '../connection/index.ts';
import type { SpeculativeExecutionPolicy } from '../policies/index.ts';
import { nextNode } from './dispatch.ts';
import type { LiveAttempt, LiveRequest, SpeculationState } from './request-contract.ts';

/** Further executions of a request that is slow to be answered; the first answer wins, the others are given up. */
export class Speculation implements SpeculationState {
  count = 0;
  readonly #request: LiveRequest;
  readonly #policy: SpeculativeExecutionPolicy;
  readonly #others: LiveAttempt[] = [];
  #timer: TimerHandle | null = null;

  constructor(request: LiveRequest, policy: SpeculativeExecutionPolicy) {
    this.#request = request;
    this.#policy = policy;
  }

  /** Whether an execution besides the current attempt waits for its answer. */
  get isRunning(): boolean {
    return this.#others.some((attempt) => attempt.isWaiting);
  }

  /** An attempt that goes on while the request sends another one. */
  add(attempt: LiveAttempt): void {
    if (attempt.isWaiting) this.#others.push(attempt);
  }

  /** Asks the policy when to send once more. */
  schedule(): void {
    const { attempt, core } = this.#request;
    if (attempt === null) return;
    const delay = this.#policy.nextDelayMs(attempt.pool.node.info, this.count + 1);
    if (delay < 0) return;
    const timer = core.parts.seams.timers.setTimeout(() => this.#fire(), delay);
    timer.unref?.();
    this.#timer = timer;
  }

  lose(): void {
    this.#stop();
    for (const attempt of this.#others.splice(0)) if (attempt.isWaiting) attempt.lose();
  }

  /** @returns whether none of the executions was or will be written */
  cancel(): boolean {
    this.#stop();
    let isUnsent = true;
    for (const attempt of this.#others.splice(0)) if (attempt.isWaiting) isUnsent = attempt.cancel() && isUnsent;
    return isUnsent;
  }

  #stop(): void {
    if (this.#timer !== null) this.#request.core.parts.seams.timers.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #fire(): void {
    this.#timer = null;
    const request = this.#request;
    if (request.isSettled || request.attempt?.isWaiting !== true || request.core.isClosed) return;
    try {
      this.#sendOneMore(request, request.attempt);
    } catch (error) {
      request.fail(error);
    }
  }

  #sendOneMore(request: LiveRequest, current: LiveAttempt): void {
    const trail = request.trailFrom(current.startedAt());
    trail.triedSlots.add(current.pool.node.info.slot);
    const remaining = request.remainingMs();
    if (remaining <= 0) return;
    for (let node = nextNode(request, trail); node !== null; node = nextNode(request, trail)) {
      const pool = request.core.parts.pool(node);
      const connection = pool?.next() ?? null;
      if (pool === undefined || connection === null || !request.sendOn(pool, connection, remaining)) continue;
      trail.triedSlots.add(node.slot);
      this.count++;
      this.schedule();
      return;
    }
  }
}

/** Whether sending the request twice at a time can do no harm (rule 3 of the design). */
function isEligible(request: LiveRequest): boolean {
  const { consistency } = request;
  return (
    request.isIdempotent &&
    !request.isConditional &&
    !request.statement.info.isCounter &&
    consistency !== 'SERIAL' &&
    consistency !== 'LOCAL_SERIAL' &&
    request.settings.node === undefined
  );
}

/** Starts to watch a request, if it may be executed more than once at a time. */
export function scheduleSpeculation(request: LiveRequest): void {
  const policy = request.settings.speculativeExecutionPolicy;
  if (policy === undefined || !isEligible(request)) return;
  const speculation = new Speculation(request, policy);
  request.speculation = speculation;
  speculation.schedule();
}
