import { type Logger, type RequestTracker, type TrackedRequest, thrownMessage } from '../../diagnostics/index.ts';
import type { AsyncCassandraError } from '../../errors/index.ts';

/** What is told to trackers, with a place for what each of them keeps. */
export class Observed {
  observed: unknown = undefined;
  /** Of several trackers each has its own. */
  kept: unknown[] | null = null;
}

/** A method of the trackers, and what it is told. */
type Tell<T extends Observed> = (tracker: RequestTracker, told: T) => void;

/** What the trackers of a session have thrown, counted. */
export class TrackerFailures {
  count = 0;
  readonly #logger: Logger;

  /** @param logger - limits what repeats */
  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(error: unknown): void {
    this.count++;
    this.#logger.error?.({ error: thrownMessage(error), times: this.count }, 'A tracker threw; check the application');
  }
}

/**
 * The trackers of a session at one time, of which there is at least one. It never changes: what it was told the beginning
 * of it is told the end of too, whoever was added or taken away meanwhile.
 */
export class TrackerGroup {
  readonly trackers: readonly RequestTracker[];
  /** Whether somebody follows attempts. */
  readonly followsAttempts: boolean;
  readonly #failures: TrackerFailures;
  readonly #only: RequestTracker | null;

  constructor(trackers: readonly RequestTracker[], failures: TrackerFailures) {
    this.trackers = trackers;
    this.#failures = failures;
    this.#only = trackers.length === 1 ? (trackers[0] as RequestTracker) : null;
    this.followsAttempts = trackers.some(
      (tracker) => tracker.onAttemptStart !== undefined || tracker.onAttemptEnd !== undefined,
    );
  }

  /** As `tell`, for the two calls that every request makes: a single tracker is called without a detour. */
  tellStart(request: TrackedRequest & Observed): void {
    if (this.#only === null) this.tell(request, tellStart);
    else {
      try {
        this.#only.onStart(request);
      } catch (error) {
        this.#failures.add(error);
      }
    }
  }

  tellEnd(request: TrackedRequest & Observed & { readonly endError: AsyncCassandraError | null }): void {
    if (this.#only === null) this.tell(request, tellEnd);
    else {
      try {
        this.#only.onEnd(request, request.endError);
      } catch (error) {
        this.#failures.add(error);
      }
    }
  }

  /**
   * Calls each tracker, with its own `observed`; what one throws keeps nobody from being told.
   * @param also - something else that the call is about and trackers keep something of
   */
  tell<T extends Observed>(told: T, tell: Tell<T>, also: Observed | null = null): void {
    const { trackers } = this;
    if (trackers.length === 1) {
      this.#call(trackers[0] as RequestTracker, told, tell);
      return;
    }
    const kept = keptOf(told, trackers.length);
    const alsoKept = also === null ? null : keptOf(also, trackers.length);
    for (let i = 0; i < trackers.length; i++) {
      told.observed = kept[i];
      if (also !== null) also.observed = alsoKept?.[i];
      this.#call(trackers[i] as RequestTracker, told, tell);
      kept[i] = told.observed;
      if (alsoKept !== null) alsoKept[i] = also?.observed;
    }
  }

  #call<T extends Observed>(tracker: RequestTracker, told: T, tell: Tell<T>): void {
    try {
      tell(tracker, told);
    } catch (error) {
      this.#failures.add(error);
    }
  }
}

function tellStart(tracker: RequestTracker, request: TrackedRequest & Observed): void {
  tracker.onStart(request);
}

function tellEnd(
  tracker: RequestTracker,
  request: TrackedRequest & Observed & { readonly endError: AsyncCassandraError | null },
): void {
  tracker.onEnd(request, request.endError);
}

function keptOf(told: Observed, count: number): unknown[] {
  told.kept ??= new Array<unknown>(count).fill(undefined);
  return told.kept;
}
