import { OptionReader } from '../errors/index.ts';
import type { NodeInfo } from '../metadata/index.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import type { SpeculativeExecutionPolicy } from './speculative-execution-policy.ts';

/** Options of {@link PercentileSpeculativeExecutionPolicy}. */
export interface PercentileSpeculativeExecutionPolicyOptions {
  /** The percentile of latencies after which a further node is asked; 99 by default. */
  readonly percentile?: number | undefined;
  /** How many further nodes are asked at most; 1 by default. */
  readonly maxSpeculativeExecutions?: number | undefined;
  /** How many latencies must be known before any further node is asked; 1,000 by default. */
  readonly minSamples?: number | undefined;
  /** The shortest time to wait, in milliseconds; 1 by default. */
  readonly minDelayMs?: number | undefined;
  /** The longest time to wait, in milliseconds; no bound by default. */
  readonly maxDelayMs?: number | undefined;
}

const UNITS_PER_MS = 1_000;
/** The latest latencies count most: at this many the older half fades. */
const MEMORY = 20_000;
/** The percentile is computed again after so many latencies. */
const REFRESH_AFTER = 256;

/**
 * Asks a further node when an answer takes longer than most answers of late did, whatever node they came from: what is slow is told by
 * what the whole cluster does.
 */
export class PercentileSpeculativeExecutionPolicy implements SpeculativeExecutionPolicy {
  readonly percentile: number;
  readonly maxSpeculativeExecutions: number;
  readonly #minSamples: number;
  readonly #minDelayMs: number;
  readonly #maxDelayMs: number;
  readonly #histogram: LatencyHistogram;
  #delayMs = -1;
  #untilRefresh: number;

  /** @throws ConfigurationError naming the option that is wrong */
  constructor(options: PercentileSpeculativeExecutionPolicyOptions = {}) {
    const reader = new OptionReader('speculativeExecutionPolicy', options);
    this.percentile = reader.number('percentile', 99, 1, 99.999);
    this.maxSpeculativeExecutions = reader.whole('maxSpeculativeExecutions', 1, 1, 100);
    this.#minSamples = reader.whole('minSamples', 1_000, 1, MEMORY / 2);
    this.#minDelayMs = reader.number('minDelayMs', 1, 0);
    this.#maxDelayMs = reader.number('maxDelayMs', Number.MAX_SAFE_INTEGER, 0);
    reader.end();
    if (this.#maxDelayMs < this.#minDelayMs) reader.refuse('maxDelayMs', 'a number of at least minDelayMs');
    this.#histogram = new LatencyHistogram(MEMORY);
    this.#untilRefresh = this.#minSamples;
  }

  nextDelayMs(_node: NodeInfo, executions: number): number {
    return executions <= this.maxSpeculativeExecutions ? this.#delayMs : -1;
  }

  onLatency(_node: NodeInfo, latencyMs: number): void {
    this.#histogram.add(latencyMs * UNITS_PER_MS);
    if (--this.#untilRefresh > 0) return;
    this.#untilRefresh = REFRESH_AFTER;
    const delayMs = this.#histogram.percentile(this.percentile) / UNITS_PER_MS;
    this.#delayMs = Math.min(Math.max(delayMs, this.#minDelayMs), this.#maxDelayMs);
  }
}
