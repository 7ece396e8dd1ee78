import type { DeliveredRows } from './delivered-rows.ts';

/**
 * A part of the token ring, from `start`, excluded, to `end`, included, never wrapped around; and how far it was read.
 * It is bound to its tokens, not to the nodes that hold it: those may change while the scan goes on.
 */
export class ScanRange {
  readonly start: bigint;
  readonly end: bigint;
  /** Of the first page that was not read to its end; undefined: the first of all. */
  pagingState: Buffer | undefined;
  /** Rows of that page that were handed out. */
  delivered: DeliveredRows | null = null;

  constructor(start: bigint, end: bigint) {
    this.start = start;
    this.end = end;
  }

  /** Whether none of its rows was handed out, so that it may be cut or joined to others. */
  get isUntouched(): boolean {
    return this.pagingState === undefined && this.delivered === null;
  }

  /** How many tokens it holds. */
  get width(): bigint {
    return this.end - this.start;
  }

  /** The same range at another position. */
  at(pagingState: Buffer | undefined, delivered: DeliveredRows | null): ScanRange {
    const range = new ScanRange(this.start, this.end);
    range.pagingState = pagingState;
    range.delivered = delivered;
    return range;
  }
}

/** Joins ranges that touch and of which nothing was read, in their order; the others stay as they are. */
export function joinUntouched(ranges: readonly ScanRange[]): ScanRange[] {
  const joined: ScanRange[] = [];
  for (const range of [...ranges].sort((a, b) => (a.start < b.start ? -1 : 1))) {
    const last = joined.at(-1);
    if (last?.isUntouched === true && range.isUntouched && last.end === range.start)
      joined[joined.length - 1] = new ScanRange(last.start, range.end);
    else joined.push(range);
  }
  return joined;
}
