import { performance } from 'node:perf_hooks';

/** What one step of the job has measured. */
export interface Measurement {
  readonly operation: string;
  readonly count: number;
  readonly seconds: number;
  /** Milliseconds; undefined where single operations were not timed. */
  readonly p50?: number | undefined;
  readonly p99?: number | undefined;
  readonly rssMb: number;
}

/** Times single operations of a step. */
export class Stopwatch {
  readonly #latencies: number[] = [];
  readonly #startedAt = performance.now();

  async time<T>(operation: () => Promise<T>): Promise<T> {
    const from = performance.now();
    const result = await operation();
    this.#latencies.push(performance.now() - from);
    return result;
  }

  stop(operation: string, count: number): Measurement {
    const sorted = Float64Array.from(this.#latencies).sort();
    const at = (share: number): number | undefined =>
      sorted.length === 0 ? undefined : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    return {
      operation,
      count,
      seconds: (performance.now() - this.#startedAt) / 1_000,
      p50: at(0.5),
      p99: at(0.99),
      rssMb: process.memoryUsage.rss() / 2 ** 20,
    };
  }
}

const HEADINGS = ['operation', 'count', 'per second', 'p50 ms', 'p99 ms', 'memory MB'] as const;

function cells(m: Measurement): string[] {
  const ms = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(value < 10 ? 2 : 1));
  return [
    m.operation,
    m.count.toLocaleString('en'),
    Math.round(m.count / m.seconds).toLocaleString('en'),
    ms(m.p50),
    ms(m.p99),
    m.rssMb.toFixed(0),
  ];
}

/** All measurements as one table. */
export function formatTable(measurements: readonly Measurement[]): string {
  const rows = [HEADINGS as readonly string[], ...measurements.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ');
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [line(rows[0] as readonly string[]), rule, ...rows.slice(1).map(line)].join('\n');
}
