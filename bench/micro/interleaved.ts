/** One contestant: does the work once and returns something that depends on it. */
export type Contestant = () => unknown;

export interface Timing {
  readonly name: string;
  /** Nanoseconds an operation: the least and the middle of all rounds. */
  readonly least: number;
  readonly median: number;
}

export interface InterleavedOptions {
  readonly rounds?: number;
  /** Times that each contestant runs in each round. */
  readonly repeat?: number;
  /** Operations in one run, by which its time is divided. */
  readonly operations: number;
}

/** What contestants returned last, so that nothing they do can be optimised away. */
let kept: unknown;

/** Runs contestants in turns, round after round, so that whatever else the machine does hits all alike. */
export function runInterleaved(
  contestants: Readonly<Record<string, Contestant>>,
  options: InterleavedOptions,
): Timing[] {
  const { rounds = 60, repeat = 3, operations } = options;
  const entries = Object.entries(contestants);
  const samples = new Map<string, number[]>(entries.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, contestant] of round % 2 === 0 ? entries : entries.toReversed()) {
      const start = process.hrtime.bigint();
      for (let i = 0; i < repeat; i++) kept = contestant();
      samples.get(name)?.push(Number(process.hrtime.bigint() - start) / repeat / operations);
    }
  }
  return entries.map(([name]) => {
    const sorted = (samples.get(name) ?? []).sort((a, b) => a - b);
    return { name, least: sorted[0] ?? Number.NaN, median: sorted[sorted.length >> 1] ?? Number.NaN };
  });
}

/** Prints timings, with the ratio to the first one. */
export function printTimings(title: string, timings: readonly Timing[]): void {
  const [first] = timings;
  if (first === undefined || kept === unreachable) return;
  process.stdout.write(`${title}\n`);
  for (const { name, least, median } of timings) {
    const ratio = `${(least / first.least).toFixed(2)} / ${(median / first.median).toFixed(2)}`;
    process.stdout.write(
      `  ${name.padEnd(34)} least ${least.toFixed(1).padStart(8)} ns  median ${median.toFixed(1).padStart(8)} ns  ratio ${ratio}\n`,
    );
  }
}

const unreachable: unique symbol = Symbol('unreachable');
