/** What a limit is made of. */
export interface ConcurrencyLimitOptions {
  readonly min: number;
  readonly max: number;
  /** Where it begins; `max` when the limit does not follow latency. */
  readonly initial: number;
  /** Whether it follows latency, or only gives way to a server that refuses. */
  readonly followsLatency: boolean;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Least number of requests to judge by. */
const MIN_WINDOW = 8;
/** Latency may be so many times that of an idle server before the limit stops growing. */
const TOLERANCE = 2;
/** What is faster than this is the turn of an event loop, not a queue. */
const MIN_BASE_MS = 1;
/** How often the latency of an idle server is measured again, with so much less under way; more often at first. */
const PROBE_EVERY_MS = 10_000;
const FIRST_PROBE_MS = 1_000;
const PROBE_DIVISOR = 4;
/** A window in which at least this share was refused makes it wait. */
const REFUSING = 0.5;
const FIRST_PAUSE_MS = 10;
const MAX_PAUSE_MS = 1_000;
/** After so many pauses in a row a single refusal makes for the next. */
const PATIENCE = 4;

/**
 * How many requests may be under way at a time. It judges by windows: as many requests as may be under way, all begun
 * after the last decision, so that it does not judge twice by what one decision caused.
 *
 * - It grows by its square root with each window of a latency up to twice that of an idle server, and shrinks in
 *   proportion above. The latency of an idle server is the least seen, measured again every ten seconds with a quarter
 *   under way: else a server that has become slower would hold it down for ever, and its own queue would become the norm.
 * - It shrinks by half of the share that was refused, so that single timeouts do little and an overloaded server is
 *   given half as much with each window. When most are refused it also waits, each time twice as long, up to a second.
 */
export class ConcurrencyLimit {
  readonly #options: ConcurrencyLimitOptions;
  #limit: number;
  #whole: number;
  /** Number of the next request. */
  #next = 0;
  /** Requests before this one are not judged by. */
  #windowFrom = 0;
  #ended = 0;
  #refused = 0;
  #latencySum = 0;
  #wasFull = false;
  #baseMs = Infinity;
  /** The limit to return to; 0 when the latency of an idle server is not being measured. */
  #beforeProbe = 0;
  #probeAt: number;
  #probeEveryMs = FIRST_PROBE_MS;
  #strikes = 0;
  #pauseMs = 0;

  constructor(options: ConcurrencyLimitOptions) {
    this.#options = options;
    this.#limit = options.initial;
    this.#whole = options.initial;
    this.#probeAt = options.now() + FIRST_PROBE_MS;
  }

  /** How many may be under way now; a whole number from `min` to `max`. */
  get current(): number {
    return this.#whole;
  }

  /** Whether latencies are wanted. */
  get followsLatency(): boolean {
    return this.#options.followsLatency;
  }

  /** A request begins. @returns its number, to be given back when it ends */
  begin(inFlight: number): number {
    if (inFlight >= this.#whole) this.#wasFull = true;
    return this.#next++;
  }

  /** A request has been answered, if only by an error that says nothing of load. */
  onAnswer(number: number, latencyMs: number): void {
    if (number < this.#windowFrom) return;
    this.#ended++;
    this.#latencySum += latencyMs;
    if (this.#ended >= this.#windowSize()) this.#judge();
  }

  /** A request was refused for load, or not answered in time. @returns how long to begin nothing, in milliseconds */
  onRefusal(number: number): number {
    if (number < this.#windowFrom) return 0;
    this.#ended++;
    this.#refused++;
    if (this.#ended >= this.#windowSize() || this.#refused >= this.#enoughRefusals()) this.#judge();
    const pauseMs = this.#pauseMs;
    this.#pauseMs = 0;
    return pauseMs;
  }

  #windowSize(): number {
    return Math.max(MIN_WINDOW, this.#whole);
  }

  /** A server that refuses is not asked by a whole window; one that still refuses most, is asked once. */
  #enoughRefusals(): number {
    return this.#strikes >= PATIENCE ? 1 : Math.max(MIN_WINDOW / 2, Math.sqrt(this.#whole));
  }

  #judge(): void {
    const share = this.#refused / this.#ended;
    const latencyMs = this.#latencySum / (this.#ended - this.#refused);
    if (share > 0) this.#shrink(share);
    else {
      this.#strikes = 0;
      if (!this.#options.followsLatency) this.#grow();
      else this.#follow(latencyMs);
    }
    this.#windowFrom = this.#next;
    this.#ended = 0;
    this.#refused = 0;
    this.#latencySum = 0;
    this.#wasFull = false;
  }

  #shrink(share: number): void {
    if (this.#beforeProbe > 0) {
      this.#limit = this.#beforeProbe;
      this.#beforeProbe = 0;
    }
    this.#set(this.#limit * (1 - share / 2));
    if (share < REFUSING) {
      this.#strikes = 0;
      return;
    }
    // Jitter, so that clients that were refused together do not come back together.
    const pauseMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#strikes++);
    this.#pauseMs = pauseMs * (0.5 + this.#options.random() / 2);
  }

  #follow(latencyMs: number): void {
    const now = this.#options.now();
    if (this.#beforeProbe > 0) {
      this.#baseMs = latencyMs;
      this.#limit = this.#beforeProbe;
      this.#beforeProbe = 0;
      this.#probeEveryMs = Math.min(PROBE_EVERY_MS, 2 * this.#probeEveryMs);
      this.#probeAt = now + this.#probeEveryMs;
    } else if (latencyMs < this.#baseMs) this.#baseMs = latencyMs;
    const gradient = (TOLERANCE * Math.max(MIN_BASE_MS, this.#baseMs)) / latencyMs;
    if (gradient >= 1) this.#grow();
    else this.#set((this.#limit + this.#limit * Math.max(0.5, gradient) + Math.sqrt(this.#limit)) / 2);
    if (now < this.#probeAt) return;
    this.#beforeProbe = this.#limit;
    this.#set(this.#limit / PROBE_DIVISOR);
  }

  /** What was never used in full tells nothing of a higher limit. */
  #grow(): void {
    if (this.#wasFull || this.#beforeProbe > 0) this.#set(this.#limit + Math.sqrt(this.#limit));
    else this.#set(this.#limit);
  }

  #set(limit: number): void {
    const { min, max } = this.#options;
    this.#limit = Math.min(max, Math.max(min, limit));
    this.#whole = Math.floor(this.#limit);
  }
}
