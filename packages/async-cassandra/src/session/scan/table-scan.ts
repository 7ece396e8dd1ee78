import type { Row } from '../../codecs/index.ts';
import { thrownMessage } from '../../diagnostics/index.ts';
import { AbortError, StreamBusyError } from '../../errors/index.ts';
import { DecodeTurns } from '../decode-turns.ts';
import { resolveSettings } from '../request-settings.ts';
import { RowIterator } from '../row-iterator.ts';
import { StreamObservation } from '../observation/stream-observation.ts';
import type { StreamEnding, StreamHandle } from '../open-streams.ts';
import { type OpenScan, openScan, type ScanContext, type ScanOrder } from './open-scan.ts';
import { shareOf, wholeRing } from './plan-ranges.ts';
import { describeRanges, readCheckpoint, type ScanCheckpoint, type ScanFacts } from './scan-checkpoint.ts';
import { readScanOptions, type ScanOptions, type ScanProgress } from './scan-options.ts';
import type { ScanPage } from './scan-page.ts';
import { checkCondition, hashOf } from './scan-query.ts';
import { joinUntouched } from './scan-range.ts';
import { parseTableName } from './scan-target.ts';

/** Rows decoded at a time when they are read one by one (rule 13 of the design). */
const ROWS_PER_SLICE = 256;

/**
 * A table or view, read whole: token range by token range, several at a time, each at the nodes that hold it. Rows come in
 * no particular order, each of them once, however many nodes fail meanwhile. It is read in one single pass, by
 * `for await` or by `pages()`; nothing is sent before that begins. What is held is at most `concurrency` pages, whatever
 * the consumer's speed. `break`, an error, `cancel()`, the AbortSignal and `await using` end it; `checkpoint` tells at any
 * moment, also then, what is left to read.
 */
export class AsyncTableScan<R extends Row = Row> implements AsyncIterable<R>, AsyncDisposable {
  /** Keyspace of the table. */
  readonly keyspace: string;
  /** Name of the table or view. */
  readonly table: string;
  readonly #context: ScanContext;
  readonly #order: ScanOrder;
  readonly #facts: ScanFacts;
  readonly #handedBefore: number;
  #scan: OpenScan | null = null;
  #handle: StreamHandle | null = null;
  #iterator: RowIterator<unknown> | null = null;
  #page: ScanPage | null = null;
  /** Items that the iterator had handed out when the page at hand was reached. */
  #itemsBefore = 0;
  /** Rows that an item of the iterator is: one, or those of a page. */
  #rowsPerItem: () => number = () => 1;
  #rows = 0;
  #pages = 0;
  #isEnded = false;

  /** @internal */
  constructor(context: ScanContext, table: string, options: ScanOptions) {
    const own = readScanOptions(options);
    const name = parseTableName(table, options.keyspace, context.core.keyspace);
    const { where, columns, pageTimeoutMs } = own;
    if (where !== null) checkCondition(where.cql);
    const settings = resolveSettings(context.defaults, own.requestOptions, context.context);
    if (pageTimeoutMs !== undefined) settings.timeoutMs = pageTimeoutMs;
    const condition = where === null ? null : { cql: where.cql, params: hashOf(where.params) };
    this.#facts = { ...name, columns, where: condition };
    const { resumeFrom } = options;
    const resumed = resumeFrom === undefined ? null : readCheckpoint(resumeFrom, this.#facts);
    this.#handedBefore = resumed?.checkpoint.rows ?? 0;
    this.#order = { name, options: own, settings, resumed };
    this.#context = context;
    this.keyspace = name.keyspace;
    this.table = name.table;
  }

  /**
   * Where the scan stands: plain data, to be kept as JSON and given to a later scan as `resumeFrom`. A row counts as
   * handed out from the moment the consumer has it, as does each row of a page of `pages()`: keep the checkpoint after
   * what was handed out has been dealt with.
   */
  get checkpoint(): ScanCheckpoint {
    const { resumed } = this.#order;
    const ranges = this.#scan?.fetcher.remaining(this.#handed) ?? resumed?.ranges ?? [wholeRing()];
    return {
      version: 1,
      ...this.#facts,
      tableId: this.#scan?.tableId ?? resumed?.checkpoint.tableId ?? null,
      partitioner: this.#scan?.partitioner ?? resumed?.checkpoint.partitioner ?? null,
      rows: this.#rowsHanded,
      ranges: describeRanges(joinUntouched(ranges)),
    };
  }

  /** How far it has come. */
  get progress(): ScanProgress {
    const { resumed } = this.#order;
    const scan = this.#scan;
    const left =
      scan === null
        ? (resumed?.ranges ?? [wholeRing()]).reduce((sum, range) => sum + range.width, 0n)
        : scan.width - scan.fetcher.widthDone;
    return {
      rows: this.#rowsHanded,
      pages: this.#pages,
      rangesDone: scan?.fetcher.rangesDone ?? 0,
      rangesTotal: scan?.rangesTotal ?? 0,
      fraction: 1 - shareOf(left),
    };
  }

  /** The rows one by one. @throws StreamBusyError when the scan is being, or has been, read */
  [Symbol.asyncIterator](): AsyncIterableIterator<R> {
    const turns = this.#turns();
    return this.#read<R>(
      () => 1,
      async () => {
        for (;;) {
          if (turns.isUsedUp) await turns.next();
          const page = this.#page === null || this.#page.isDecoded ? await this.#nextPage() : this.#page;
          if (page === null) return null;
          const rows = page.decode(turns, ROWS_PER_SLICE);
          if (rows.length > 0) return rows as R[];
        }
      },
    );
  }

  /** The rows in arrays, a page of one token range each, none of them empty. @throws StreamBusyError as above */
  pages(): AsyncIterableIterator<R[]> {
    const rowsPerItem = (): number => this.#page?.rowCount ?? 0;
    const turns = this.#turns();
    return this.#read<R[]>(rowsPerItem, async () => {
      const page = await this.#nextPage();
      if (page === null) return null;
      const rows: Row[] = [];
      while (!page.isDecoded) {
        if (turns.isUsedUp) await turns.next();
        for (const row of page.decode(turns)) rows.push(row);
      }
      return [rows as R[]];
    });
  }

  /** Ends the scan: nothing more is fetched, an iteration under way ends. Harmless when it has ended. */
  cancel(): Promise<void> {
    this.#iterator?.stop();
    this.#end();
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cancel();
  }

  /** @internal Its signal has fired: what waits is given up now, whoever reads on is told by an AbortError. */
  onAborted(): void {
    const { signal } = this.#order.settings;
    this.#end('failed', signal === undefined ? undefined : scanAborted(signal));
  }

  /** Rows of the page at hand that the consumer has. */
  get #handed(): number {
    if (this.#page === null || this.#iterator === null) return 0;
    return (this.#iterator.handed - this.#itemsBefore) * this.#rowsPerItem();
  }

  get #rowsHanded(): number {
    return this.#handedBefore + this.#rows + this.#handed;
  }

  #turns(): DecodeTurns {
    return new DecodeTurns(this.#context.core.parts.seams.timers);
  }

  #read<T>(rowsPerItem: () => number, next: () => Promise<T[] | null>): RowIterator<T> {
    if (this.#iterator !== null)
      throw new StreamBusyError(
        'The scan is read in one single pass, which has begun already; begin another one, from its checkpoint if need be',
      );
    this.#rowsPerItem = rowsPerItem;
    const { signal } = this.#order.settings;
    const iterator = new RowIterator<T>({
      mayGoOn: () => !this.#isEnded,
      refill: async () => {
        this.#scan?.fetcher.check();
        const items = this.#isEnded ? null : await next();
        // It may have ended while it waited.
        if (!this.#isEnded) {
          if (items === null) this.#end('completed');
          return items;
        }
        if (signal?.aborted === true) throw scanAborted(signal);
        return null;
      },
      end: (failure) => (failure === undefined ? this.#end() : this.#end('failed', failure.error)),
    });
    this.#iterator = iterator;
    return iterator;
  }

  /** Goes on to the next page; null at the end. */
  async #nextPage(): Promise<ScanPage | null> {
    this.#scan ??= await this.#open();
    const { fetcher } = this.#scan;
    if (this.#hasEnded()) {
      fetcher.close();
      return null;
    }
    if (this.#page !== null) {
      this.#rows += this.#page.rowCount;
      this.#pages++;
      this.#page = null;
      fetcher.finishPage();
      this.#tellProgress();
    }
    const page = this.#hasEnded() ? null : await fetcher.next();
    if (this.#hasEnded()) return null;
    this.#page = page;
    this.#itemsBefore = this.#iterator?.handed ?? 0;
    if (page === null) this.#tellProgress();
    else this.#handle?.observation?.reached(page.rowCount);
    return page;
  }

  async #open(): Promise<OpenScan> {
    const { core, streams } = this.#context;
    const { timers } = core.parts.seams;
    const handle = streams.open();
    this.#handle = handle;
    const followers = core.followers();
    if (followers !== null) {
      const { keyspace, table } = this;
      const facts = { kind: 'scan', cql: undefined, keyspace, table } as const;
      handle.observation = new StreamObservation(followers, facts, timers.now());
      this.#order.settings.stream = handle.observation;
    }
    core.enter();
    try {
      const deadline = timers.now() + this.#order.options.timeoutMs;
      const scan = await openScan(this.#context, this.#order, deadline);
      if (!this.#isEnded) streams.watch(this, handle, scan.fetcher);
      return scan;
    } finally {
      core.leave();
    }
  }

  #tellProgress(): void {
    const { logger } = this.#context.core.parts;
    try {
      this.#order.options.onProgress?.(this.progress);
    } catch (error) {
      logger.error?.({ error: thrownMessage(error) }, 'The onProgress of a scan threw; check the application');
    }
  }

  #hasEnded(): boolean {
    return this.#isEnded;
  }

  #end(ending: StreamEnding = 'cancelled', error?: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const handed = this.#handed;
    this.#scan?.fetcher.close(handed);
    this.#rows += handed;
    this.#page = null;
    this.#handle?.release(ending, error);
  }
}

function scanAborted(signal: AbortSignal): AbortError {
  return new AbortError('The scan was aborted by its signal; its reason is the cause', {
    cause: signal.reason,
    outcome: 'rejected',
  });
}
