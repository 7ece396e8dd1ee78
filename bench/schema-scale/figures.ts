/** What one client process measured. Times count from the beginning of connecting; bytes are what it took more than before. */
export interface ClientFigures {
  readonly connectMs: number;
  /** When the first query was answered, preparing it included. */
  readonly firstQueryMs: number;
  /** When nothing went on in the background any more. */
  readonly settledMs: number;
  /** The slowest of the queries sent one after the other until then. */
  readonly slowestQueryMs: number;
  /** The longest that the event loop was held up until then. */
  readonly pauseMs: number;
  /** Processor time of all threads until then. */
  readonly processorMs: number;
  /** Heap and external memory in use after that. */
  readonly idleBytes: number;
  readonly residentBytes: number;
  /** How long asking for the columns of one table took. */
  readonly oneTableMs?: number;
  /** Of all tables, 32 at a time. */
  readonly allTablesMs?: number;
  readonly allTablesPauseMs?: number;
  /** Memory in use when all tables had been asked for. */
  readonly allTablesBytes?: number;
}

/** The median of each figure over several runs. */
export function medianFigures(runs: readonly ClientFigures[]): ClientFigures {
  const keys = Object.keys(runs[0] ?? {}) as (keyof ClientFigures)[];
  return Object.fromEntries(
    keys.map((key) => {
      const values = runs.map((run) => run[key] ?? 0).sort((a, b) => a - b);
      return [key, values[values.length >> 1] ?? 0];
    }),
  ) as unknown as ClientFigures;
}

const milliseconds = (value: number | undefined): string =>
  value === undefined
    ? '-'
    : value >= 100
      ? Math.round(value).toLocaleString('en')
      : value.toFixed(value >= 10 ? 0 : 1);
const megabytes = (value: number | undefined): string => (value === undefined ? '-' : (value / 2 ** 20).toFixed(1));

const HEADINGS = [
  'client',
  'connect, ms',
  'first query, ms',
  'background done, ms',
  'slowest query meanwhile, ms',
  'longest pause, ms',
  'processor, ms',
  'memory, MiB',
  'resident, MiB',
  'one table, ms',
  'all tables, ms',
  'pause, ms',
  'memory then, MiB',
];

/** A Markdown table, one line a client. */
export function formatFigures(byClient: ReadonlyMap<string, ClientFigures>): string {
  const lines = [...byClient].map(([client, f]) => [
    client,
    milliseconds(f.connectMs),
    milliseconds(f.firstQueryMs),
    milliseconds(f.settledMs),
    f.slowestQueryMs === 0 ? '-' : milliseconds(f.slowestQueryMs),
    milliseconds(f.pauseMs),
    milliseconds(f.processorMs),
    megabytes(f.idleBytes),
    megabytes(f.residentBytes),
    milliseconds(f.oneTableMs),
    milliseconds(f.allTablesMs),
    milliseconds(f.allTablesPauseMs),
    megabytes(f.allTablesBytes),
  ]);
  return [HEADINGS, HEADINGS.map((_, i) => (i === 0 ? '---' : '---:')), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
