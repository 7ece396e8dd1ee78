/** Time as the limiter sees it. */
export interface LimiterTimers<Handle = unknown> {
  /** Monotonic milliseconds. */
  now(): number;
  setTimeout(callback: () => void, ms: number): Handle;
  clearTimeout(handle: Handle): void;
}

/** Lines of one kind that pass in a window. */
const BURST = 5;
/** Length of a window, in milliseconds. */
export const REPEAT_WINDOW_MS = 10_000;
/** Kinds remembered; past it the one that began first is told of and forgotten. */
const MAX_KINDS = 1_000;

interface Repeats<T> {
  readonly line: T;
  readonly endsAtMs: number;
  passed: number;
  suppressed: number;
}

/**
 * Lets the first lines of a kind pass in each window, and tells after it how many more there were. It has a timer only
 * while there is something to tell.
 */
export class RepeatLimiter<T, Handle = unknown> {
  readonly #timers: LimiterTimers<Handle>;
  readonly #tell: (line: T, suppressed: number) => void;
  /** In the order in which their windows end. */
  readonly #kinds = new Map<string, Repeats<T>>();
  #timer: Handle | undefined;
  #isClosed = false;

  /** @param tell - called with the first line of a kind, and how many like it were suppressed */
  constructor(timers: LimiterTimers<Handle>, tell: (line: T, suppressed: number) => void) {
    this.#timers = timers;
    this.#tell = tell;
  }

  /** @returns whether a line of this kind is to be written now */
  passes(kind: string, line: T): boolean {
    if (this.#isClosed) return true;
    const now = this.#timers.now();
    const known = this.#kinds.get(kind);
    if (known !== undefined && known.endsAtMs > now) {
      if (known.passed < BURST) {
        known.passed++;
        return true;
      }
      known.suppressed++;
      this.#timer ??= this.#timers.setTimeout(() => this.#onWindowEnd(), known.endsAtMs - now);
      return false;
    }
    if (known !== undefined) this.#forget(kind, known);
    if (this.#kinds.size >= MAX_KINDS) this.#forgetFirst();
    this.#kinds.set(kind, { line, endsAtMs: now + REPEAT_WINDOW_MS, passed: 1, suppressed: 0 });
    return true;
  }

  /** Tells what is still to be told; from now on everything passes. */
  close(): void {
    this.#isClosed = true;
    this.#clearTimer();
    for (const [kind, repeats] of this.#kinds) this.#forget(kind, repeats);
  }

  #onWindowEnd(): void {
    this.#timer = undefined;
    const now = this.#timers.now();
    let nextMs = Infinity;
    for (const [kind, repeats] of this.#kinds) {
      if (repeats.endsAtMs <= now) this.#forget(kind, repeats);
      else if (repeats.suppressed > 0) nextMs = Math.min(nextMs, repeats.endsAtMs);
    }
    if (nextMs < Infinity && !this.#isClosed)
      this.#timer ??= this.#timers.setTimeout(() => this.#onWindowEnd(), nextMs - now);
  }

  #forgetFirst(): void {
    for (const [kind, repeats] of this.#kinds) {
      this.#forget(kind, repeats);
      return;
    }
  }

  #forget(kind: string, { line, suppressed }: Repeats<T>): void {
    this.#kinds.delete(kind);
    if (suppressed > 0) this.#tell(line, suppressed);
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#timers.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
