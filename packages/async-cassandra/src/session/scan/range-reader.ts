import type { TimerHandle } from '../../connection/index.ts';
import {
  ConfigurationError,
  ConnectionError,
  IsBootstrappingError,
  NoHostAvailableError,
  OverloadedError,
  QueueFullError,
  ReadFailureError,
  ReadTimeoutError,
  ServerError,
  TimeoutError,
  UnavailableError,
} from '../../errors/index.ts';
import type { NodeInfo } from '../../metadata/index.ts';
import type { Abortable } from '../abort-registry.ts';
import { sessionClosed } from '../request-failures.ts';
import { Request } from '../request.ts';
import type { RequestCore } from '../request-core.ts';
import type { RequestSettings } from '../request-settings.ts';
import { RangeRouting } from './range-routing.ts';
import { scanPageReceiver } from './receive-page.ts';
import type { ReceivedPage } from './scan-page.ts';
import type { ScanRange } from './scan-range.ts';
import type { ScanStatement } from './scan-statement.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** How the pages of a scan are fetched. */
export interface FetchContext {
  readonly core: RequestCore;
  readonly statement: ScanStatement;
  /** Of each request; its time is that of a page. */
  readonly settings: RequestSettings;
  readonly pageRetries: number;
  /** What is left of the whole scan's time. */
  remainingMs(): number;
  /** The nodes that hold a range, as of now. */
  replicasOf(range: ScanRange): readonly NodeInfo[];
}

/** Who a range is read for. */
export interface RangeListener {
  onPage(reader: RangeReader, page: ReceivedPage): void;
  /** It has stopped: nothing comes any more. */
  onError(error: unknown): void;
}

/** Whether another node, or the same one later, may well answer: a page is read, so that asking again does no harm. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof ConnectionError ||
    error instanceof NoHostAvailableError ||
    error instanceof TimeoutError ||
    error instanceof UnavailableError ||
    error instanceof ReadTimeoutError ||
    error instanceof ReadFailureError ||
    error instanceof OverloadedError ||
    error instanceof IsBootstrappingError ||
    error instanceof ServerError ||
    error instanceof QueueFullError
  );
}

/** Reads one range, a page at a time, each when it is asked to; asks again, after a pause, while nodes are in trouble. */
export class RangeReader implements Abortable {
  range: ScanRange;
  readonly #context: FetchContext;
  readonly #listener: RangeListener;
  #request: Request | null = null;
  #pause: TimerHandle | null = null;
  #failures = 0;

  constructor(range: ScanRange, context: FetchContext, listener: RangeListener) {
    this.range = range;
    this.#context = context;
    this.#listener = listener;
  }

  /** Fetches the page at which the range stands. */
  fetch(): void {
    const { core, statement, settings } = this.#context;
    const { range } = this;
    const routing = new RangeRouting(settings.loadBalancingPolicy, this.#context.replicasOf(range));
    const request: Request = new Request(
      core,
      statement,
      [range.start, range.end],
      {
        ...settings,
        pagingState: range.pagingState,
        timeoutMs: Math.min(settings.timeoutMs, Math.max(1, this.#context.remainingMs())),
        loadBalancingPolicy: routing,
      },
      scanPageReceiver,
      (page) => this.#arrived(request, page as ReceivedPage | null),
      (error) => this.#failed(request, error),
    );
    this.#request = request;
    request.start();
  }

  /** Gives up what is under way. */
  close(): void {
    const request = this.#request;
    this.#request = null;
    this.#endPause();
    request?.onAborted('the scan was ended');
  }

  /** The session closes, or the caller's signal has fired, during a pause: the request says which. */
  onAborted(): void {
    this.#endPause();
    this.fetch();
  }

  #arrived(request: Request, page: ReceivedPage | null): void {
    if (this.#request !== request) return;
    this.#request = null;
    this.#failures = 0;
    if (page !== null) this.#listener.onPage(this, page);
    else
      this.#listener.onError(
        new ConfigurationError(
          'retryPolicy',
          'The retry policy had the error of a page ignored, whose rows would be missing; have it rethrow for scans',
        ),
      );
  }

  #failed(request: Request, error: unknown): void {
    if (this.#request !== request) return;
    this.#request = null;
    const { core, pageRetries } = this.#context;
    const isHopeless = this.#failures >= pageRetries || this.#context.remainingMs() <= 0;
    if (isHopeless || !isPassing(error)) this.#listener.onError(error);
    // Nobody would end a pause that begins while the session closes.
    else if (core.isClosed) this.#listener.onError(sessionClosed());
    else this.#wait();
  }

  /** Longer with each failure, and never quite the same, so that ranges do not all come back at once. */
  #wait(): void {
    const { core, settings } = this.#context;
    const { timers, random } = core.parts.seams;
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++);
    this.#pause = timers.setTimeout(
      () => {
        this.#endPause();
        this.fetch();
      },
      Math.min(this.#context.remainingMs(), longest * (0.5 + random() / 2)),
    );
    core.aborts.add(core.closing, this);
    if (settings.signal !== undefined) core.aborts.add(settings.signal, this);
  }

  #endPause(): void {
    if (this.#pause === null) return;
    const { core, settings } = this.#context;
    core.parts.seams.timers.clearTimeout(this.#pause);
    this.#pause = null;
    core.aborts.remove(core.closing, this);
    if (settings.signal !== undefined) core.aborts.remove(settings.signal, this);
  }
}
