import type { Cell, Entry } from './matrix.ts';
import type { Figures } from './spec.ts';
import { median, spread } from './statistics.ts';

/** One contestant of a cell, all its repetitions in their order. */
export interface EntryResult {
  readonly name: string;
  readonly spec: Entry['spec'];
  readonly runs: readonly Figures[];
}

export interface CellResult {
  readonly title: string;
  readonly group: Cell['group'];
  readonly entries: readonly EntryResult[];
}

export interface LoadResults {
  readonly at: string;
  readonly machine: string;
  readonly server: string;
  readonly isPinned: boolean;
  readonly cells: readonly CellResult[];
}

export function column(entry: EntryResult, figure: string): number {
  return median(entry.runs.map((run) => run[figure] ?? Number.NaN));
}

export interface Ratio {
  readonly value: number;
  /** Half of the distance between the extremes, as a share. */
  readonly spread: number;
}

/** One contestant's figure to another's: of each repetition by itself, for what runs one after the other shares the machine's mood. */
export function ratio(entry: EntryResult, to: EntryResult, figure: string): Ratio {
  const ratios = entry.runs.flatMap((run, i) => {
    const own = run[figure];
    const others = to.runs[i]?.[figure];
    return own === undefined || others === undefined ? [] : [own / others];
  });
  return { value: median(ratios), spread: spread(ratios) };
}
