import { ConfigurationError, OptionReader } from '../errors/index.ts';
import type { TimestampGenerator } from './timestamp-generator.ts';

/** Options of {@link MonotonicTimestampGenerator}. */
export interface MonotonicTimestampGeneratorOptions {
  /** How far timestamps may run ahead of the clock, in milliseconds; 60,000 by default. */
  readonly maxDriftMs?: number | undefined;
  /** How far they run ahead before `onDrift` is called; 1,000 by default. */
  readonly warnDriftMs?: number | undefined;
  /** The least time between two calls of `onDrift`; 1,000 by default. */
  readonly warnIntervalMs?: number | undefined;
  /** Told, with the milliseconds, that timestamps run ahead of the clock: it was set back, or is slow. */
  readonly onDrift?: ((driftMs: number) => void) | undefined;
  /** The clock, in microseconds since 1970; the driver's by default. */
  readonly now?: (() => number) | undefined;
}

const MICROS_PER_MS = 1_000;

/**
 * Timestamps that only ever grow, so that of two writes of one client the later wins even within one tick of the clock, or when the
 * clock is set back: then they go on one microsecond at a time. Should the clock be set back by more than `maxDriftMs`, no timestamps
 * are made until it has caught up, and the servers' clocks decide: else this client's writes would win over all others for as long.
 * No timestamp is given out twice by one generator. Two generators know nothing of each other: clusters in one process whose writes may
 * touch the same cells should be given the same one.
 */
export class MonotonicTimestampGenerator implements TimestampGenerator {
  readonly #maxDrift: number;
  readonly #warnDrift: number;
  readonly #warnInterval: number;
  readonly #onDrift: ((driftMs: number) => void) | undefined;
  #now: (() => number) | undefined;
  #last = 0;
  /** On the clock; a clock that was set back since does not count. */
  #warnedAt = Number.NEGATIVE_INFINITY;

  /** @throws ConfigurationError naming the option that is wrong */
  constructor(options: MonotonicTimestampGeneratorOptions = {}) {
    const reader = new OptionReader('timestampGenerator', options);
    this.#maxDrift = reader.number('maxDriftMs', 60_000, 0) * MICROS_PER_MS;
    this.#warnDrift = reader.number('warnDriftMs', 1_000, 0) * MICROS_PER_MS;
    this.#warnInterval = reader.number('warnIntervalMs', 1_000, 0) * MICROS_PER_MS;
    this.#onDrift = reader.functionOf<(driftMs: number) => void>('onDrift');
    this.#now = reader.functionOf<() => number>('now');
    reader.end();
  }

  init(nowMicros: () => number): void {
    this.#now ??= nowMicros;
  }

  /** @throws ConfigurationError when it has no clock yet: no cluster uses it, and none was given */
  next(): bigint | null {
    if (this.#now === undefined) {
      throw new ConfigurationError(
        'timestampGenerator.now',
        'The timestamp generator has no clock, check that a cluster uses it or that option now is set',
      );
    }
    const now = Math.floor(this.#now());
    if (now > this.#last) {
      this.#last = now;
      return BigInt(now);
    }
    const drift = this.#last + 1 - now;
    if (drift > this.#warnDrift && this.#onDrift !== undefined) this.#warn(now, drift);
    if (drift > this.#maxDrift) return null;
    this.#last += 1;
    return BigInt(this.#last);
  }

  #warn(now: number, drift: number): void {
    const since = now - this.#warnedAt;
    if (since >= 0 && since < this.#warnInterval) return;
    this.#warnedAt = now;
    this.#onDrift?.(drift / MICROS_PER_MS);
  }
}
