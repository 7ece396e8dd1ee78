import type { Seams, TimerHandle } from '../../connection/index.ts';
import { AbortError, QueryError, SessionClosedError } from '../../errors/index.ts';
import type { Abortable, AbortRegistry } from '../abort-registry.ts';
import type { ConcurrencyLimit } from './concurrency-limit.ts';
import { isRefusal } from './is-refusal.ts';
import type { PullSource } from './parameter-source.ts';

/** What a run works with, and whom it tells. */
export interface ConcurrentRunParts<T, R> {
  readonly source: PullSource<T>;
  readonly limit: ConcurrencyLimit;
  readonly seams: Seams;
  readonly signal: AbortSignal | undefined;
  /** Listens to `signal`, once for all that it ends. */
  readonly aborts: AbortRegistry;
  /** Fires when the session has closed. */
  readonly closing: AbortSignal;
  /** Rejects and never throws: a place would stay taken for ever. */
  readonly execute: (item: T) => Promise<R>;
  readonly onBegin: (item: T) => void;
  /** `index` counts items in the order in which they began. */
  readonly onResult: (item: T, index: number, result: R) => void;
  readonly onError: (item: T, index: number, error: unknown) => void;
  /** Outcomes that wait for their consumer; together with what is under way they are no more than the limit. */
  readonly waiting?: readonly unknown[];
  /** Nothing is under way any more and nothing more will be begun. `fatal` is why, when the source had more to give. */
  onEnd(fatal: { readonly error: unknown } | null): void;
}

/** After so many failures others get their turn: items that fail before they are sent would keep it for ever. */
const FAILURES_PER_TURN = 64;
const NOTHING: readonly unknown[] = Object.freeze([]);

/**
 * Pulls items from a source and executes them, as many at a time as its limit allows. It holds no more than what is
 * under way: each place is a {@link Slot} that is used again, with callbacks made once.
 */
export class ConcurrentRun<T, R> implements Abortable {
  readonly #parts: ConcurrentRunParts<T, R>;
  readonly #limit: ConcurrencyLimit;
  readonly #waiting: readonly unknown[];
  readonly #free: Slot<T, R>[] = [];
  readonly #onClosing = (): void => this.stop(new SessionClosedError('The session was closed'));
  readonly #onPauseEnd = (): void => {
    this.#pause = null;
    this.fill();
  };
  readonly #onTurn = (): void => {
    this.#isYielding = false;
    this.fill();
  };
  #begun = 0;
  #inFlight = 0;
  #failures = 0;
  #isPulling = false;
  #isFilling = false;
  #isYielding = false;
  #pause: TimerHandle | null = null;
  #isWatching = false;
  #isDone = false;
  #isEnded = false;
  #fatal: { readonly error: unknown } | null = null;

  constructor(parts: ConcurrentRunParts<T, R>) {
    this.#parts = parts;
    this.#limit = parts.limit;
    this.#waiting = parts.waiting ?? NOTHING;
  }

  /** Begins as many as there is room for. Also to be called when the consumer has taken an outcome. */
  fill(): void {
    if (this.#isFilling || this.#isEnded) return;
    this.#isFilling = true;
    try {
      if (!this.#isWatching) this.#watch();
      while (this.#hasRoom()) this.#pull();
    } catch (error) {
      this.stop(error);
    } finally {
      this.#isFilling = false;
    }
    if (this.#inFlight === 0) this.#settle();
  }

  /** Nothing new is begun; what is under way still ends. Nobody waits for a source that does not answer. */
  stop(error: unknown): void {
    this.#fatal ??= { error };
    if (!this.#isFilling) this.#settle();
  }

  onAborted(): void {
    this.stop(abortError(this.#parts.signal));
  }

  onResult(slot: Slot<T, R>, result: R): void {
    const limit = this.#limit;
    limit.onAnswer(slot.number, limit.followsLatency ? this.#now() - slot.startedAt : 0);
    const { item, index } = slot;
    this.#release(slot);
    this.#parts.onResult(item as T, index, result);
    this.fill();
  }

  onError(slot: Slot<T, R>, error: unknown): void {
    const limit = this.#limit;
    let pauseMs = 0;
    if (isRefusal(error)) pauseMs = limit.onRefusal(slot.number);
    else if (error instanceof QueryError) limit.onAnswer(slot.number, this.#now() - slot.startedAt);
    const { item, index } = slot;
    this.#release(slot);
    this.#parts.onError(item as T, index, error);
    // Once the session has closed nothing else can succeed, and a source may have no end.
    if (error instanceof SessionClosedError) this.stop(error);
    if (this.#parts.signal?.aborted === true) this.onAborted();
    if (pauseMs > 0) this.#pauseFor(pauseMs);
    else if (++this.#failures % FAILURES_PER_TURN === 0 && !this.#isYielding) {
      this.#isYielding = true;
      this.#parts.seams.timers.setImmediate(this.#onTurn);
    }
    this.fill();
  }

  #hasRoom(): boolean {
    return (
      this.#fatal === null &&
      !this.#isDone &&
      !this.#isYielding &&
      this.#pause === null &&
      !this.#isPulling &&
      this.#inFlight + this.#waiting.length < this.#limit.current
    );
  }

  #pull(): void {
    const step = this.#parts.source.next();
    if (step instanceof Promise) {
      this.#isPulling = true;
      step.then(this.#onStep, this.#onSourceError);
    } else this.#take(step);
  }

  readonly #onStep = (step: IteratorResult<T, unknown>): void => {
    this.#isPulling = false;
    if (this.#isEnded) return;
    if (this.#fatal === null) this.#take(step);
    this.fill();
  };

  readonly #onSourceError = (error: unknown): void => {
    this.#isPulling = false;
    if (!this.#isEnded) this.stop(error);
  };

  #take(step: IteratorResult<T, unknown>): void {
    if (step.done === true) {
      this.#isDone = true;
      return;
    }
    const limit = this.#limit;
    const slot = this.#free.pop() ?? new Slot<T, R>(this);
    slot.item = step.value;
    slot.index = this.#begun++;
    slot.number = limit.begin(++this.#inFlight);
    if (limit.followsLatency) slot.startedAt = this.#now();
    this.#parts.onBegin(step.value);
    this.#parts.execute(step.value).then(slot.onResult, slot.onError);
  }

  #release(slot: Slot<T, R>): void {
    this.#inFlight--;
    slot.item = undefined;
    this.#free.push(slot);
  }

  #pauseFor(ms: number): void {
    const { timers } = this.#parts.seams;
    if (this.#pause !== null) timers.clearTimeout(this.#pause);
    this.#pause = this.#isEnded ? null : timers.setTimeout(this.#onPauseEnd, ms);
  }

  #settle(): void {
    if (this.#inFlight > 0 || this.#isEnded) return;
    if (this.#fatal !== null || this.#isDone) {
      this.#isEnded = true;
      if (this.#pause !== null) this.#parts.seams.timers.clearTimeout(this.#pause);
      this.#unwatch();
      this.#parts.onEnd(this.#fatal);
    } else if (!this.#isPulling && !this.#isYielding && this.#pause === null) this.#unwatch();
  }

  /** While something is under way; a run that merely waits for its consumer is referred to by nothing. */
  #watch(): void {
    const { signal, aborts, closing } = this.#parts;
    if (signal?.aborted === true) this.onAborted();
    else if (closing.aborted) this.#onClosing();
    this.#isWatching = true;
    if (signal !== undefined) aborts.add(signal, this);
    closing.addEventListener('abort', this.#onClosing);
  }

  #unwatch(): void {
    if (!this.#isWatching) return;
    this.#isWatching = false;
    const { signal, aborts, closing } = this.#parts;
    if (signal !== undefined) aborts.remove(signal, this);
    closing.removeEventListener('abort', this.#onClosing);
  }

  #now(): number {
    return this.#parts.seams.timers.now();
  }
}

/** The place of one item under way. */
class Slot<T, R> {
  item: T | undefined = undefined;
  index = 0;
  number = 0;
  startedAt = 0;
  readonly onResult: (result: R) => void;
  readonly onError: (error: unknown) => void;

  constructor(run: ConcurrentRun<T, R>) {
    this.onResult = (result): void => run.onResult(this, result);
    this.onError = (error): void => run.onError(this, error);
  }
}

function abortError(signal: AbortSignal | undefined): AbortError {
  return new AbortError('The operation was aborted by its signal; its reason is the cause', { cause: signal?.reason });
}
