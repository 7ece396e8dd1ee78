import { LatencyHistogram } from '../../policies/index.ts';
import { Series } from './series.ts';
import type { StatusTraffic } from './snapshot.ts';

/** Counts what ends, and makes figures of it once an interval. */
export class TrafficMeter {
  readonly #requestsPerSecond: Series;
  readonly #errorRatio: Series;
  readonly #p50Ms: Series;
  readonly #p99Ms: Series;
  /** Of microseconds. Nothing fades within an interval. */
  readonly #latencies = new LatencyHistogram(Number.MAX_SAFE_INTEGER);
  #ended = 0;
  #failed = 0;

  constructor(historySize: number) {
    this.#requestsPerSecond = new Series(historySize);
    this.#errorRatio = new Series(historySize);
    this.#p50Ms = new Series(historySize);
    this.#p99Ms = new Series(historySize);
  }

  /** One request, or one attempt, has ended. */
  add(latencyMs: number, hasFailed: boolean): void {
    this.#ended++;
    if (hasFailed) this.#failed++;
    this.#latencies.add(latencyMs * 1000);
  }

  /** An interval has passed, of this length in milliseconds. */
  tick(elapsedMs: number): void {
    const isEmpty = this.#ended === 0;
    this.#requestsPerSecond.add((this.#ended * 1000) / elapsedMs);
    this.#errorRatio.add(isEmpty ? null : this.#failed / this.#ended);
    this.#p50Ms.add(isEmpty ? null : this.#latencies.percentile(50) / 1000);
    this.#p99Ms.add(isEmpty ? null : this.#latencies.percentile(99) / 1000);
    this.#ended = 0;
    this.#failed = 0;
    this.#latencies.clear();
  }

  get figures(): StatusTraffic {
    return {
      requestsPerSecond: this.#requestsPerSecond.last,
      errorRatio: this.#errorRatio.last,
      p50Ms: this.#p50Ms.last,
      p99Ms: this.#p99Ms.last,
      history: {
        requestsPerSecond: this.#requestsPerSecond.toArray(),
        errorRatio: this.#errorRatio.toArray(),
        p50Ms: this.#p50Ms.toArray(),
        p99Ms: this.#p99Ms.toArray(),
      },
    };
  }
}
