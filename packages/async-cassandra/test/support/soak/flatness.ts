import type { SoakSample } from './soak-run.ts';
import { isRising, type Trend, trendOf } from './trend.ts';

/** What is measured, with the rise over a run that is taken for noise. */
const soakMeasures: readonly {
  readonly name: keyof SoakSample;
  readonly unit: string;
  readonly tolerance: number;
}[] = [
  { name: 'heap', unit: 'MiB', tolerance: 1.5 },
  { name: 'external', unit: 'MiB', tolerance: 8 },
  { name: 'rss', unit: 'MiB', tolerance: 32 },
  // Of four connections one or two may be on their way back; what leaked would leave one more every two seconds.
  { name: 'sockets', unit: '', tolerance: 2 },
  { name: 'handles', unit: '', tolerance: 2 },
  { name: 'timers', unit: '', tolerance: 1 },
  { name: 'listeners', unit: '', tolerance: 1 },
  { name: 'prepared', unit: '', tolerance: 1 },
  { name: 'openStreams', unit: '', tolerance: 8 },
  { name: 'queued', unit: '', tolerance: 1 },
  { name: 'inFlight', unit: '', tolerance: 32 },
  // Up to `limits.maxOrphaned` on each connection, and none again.
  { name: 'orphaned', unit: '', tolerance: 150 },
];

/** Of the samples so much is warm-up: code is compiled, buffers grow to the size that the load needs. */
const WARM_UP = 0.25;

export interface Flatness {
  readonly name: keyof SoakSample;
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  readonly trend: Trend;
  readonly isRising: boolean;
}

/** The samples that count. */
function afterWarmUp(samples: readonly SoakSample[]): readonly SoakSample[] {
  return samples.slice(Math.floor(samples.length * WARM_UP));
}

/** The trend of every measure over the operations done. */
export function flatnessOf(samples: readonly SoakSample[]): readonly Flatness[] {
  const counted = afterWarmUp(samples);
  const xs = counted.map(({ operations }) => operations);
  return soakMeasures.map(({ name, unit, tolerance }) => {
    const ys = counted.map((sample) => sample[name]);
    const trend = trendOf(xs, ys);
    return { name, unit, min: Math.min(...ys), max: Math.max(...ys), trend, isRising: isRising(trend, tolerance) };
  });
}
