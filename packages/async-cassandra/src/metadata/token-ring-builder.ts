import { parseToken } from './token.ts';
import { TokenPair } from './token-pair.ts';
import { TokenBuckets, TokenRing } from './token-ring.ts';
import type { Slicer } from './turns.ts';

/** Length of the runs that are sorted in one go: eight passes over 256 tokens are a quarter of a slice. */
const RUN_LENGTH = 256;
const RUN_PASSES = 8;

/** A node as far as the ring is concerned. */
export interface TokenOwner {
  readonly slot: number;
  readonly tokens: readonly string[];
}

/** Tokens in the order in which they were read. */
interface TokenColumns {
  readonly hi: Int32Array;
  readonly lo: Uint32Array;
  readonly owners: Int32Array;
  readonly count: number;
}

/**
 * Sorts the tokens of all nodes into a ring, in O(n log n), a slice at a time. Text that is not a token is left out; of nodes
 * that claim the same token the first keeps it.
 */
export async function buildTokenRing(nodes: Iterable<TokenOwner>, slicer: Slicer): Promise<TokenRing> {
  const columns = await readTokens([...nodes], slicer);
  return gather(columns, await sort(columns, slicer), slicer);
}

async function readTokens(nodes: readonly TokenOwner[], slicer: Slicer): Promise<TokenColumns> {
  let total = 0;
  for (const node of nodes) total += node.tokens.length;
  const hi = new Int32Array(total);
  const lo = new Uint32Array(total);
  const owners = new Int32Array(total);
  const token = new TokenPair(0, 0);
  let count = 0;
  for (const { slot, tokens } of nodes) {
    for (const text of tokens) {
      if (slicer.use(1)) await slicer.rest();
      if (!parseToken(text, token)) continue;
      hi[count] = token.hi;
      lo[count] = token.lo;
      owners[count] = slot;
      count++;
    }
  }
  return { hi, lo, owners, count };
}

/** A stable merge sort of indexes: short runs at first, then merges that stop and go on between slices. */
async function sort(columns: TokenColumns, slicer: Slicer): Promise<Uint32Array> {
  const { count } = columns;
  let from = new Uint32Array(count);
  let to = new Uint32Array(count);
  for (let start = 0; start < count; start += RUN_LENGTH) {
    const end = Math.min(count, start + RUN_LENGTH);
    const steps = (end - start) * RUN_PASSES;
    if (slicer.room < steps) await slicer.rest();
    sortRun(columns, from, to, start, end);
    slicer.use(steps);
  }
  for (let width = RUN_LENGTH; width < count; width *= 2) {
    const merge = new Merge(columns, from, to);
    for (let start = 0; start < count; start += 2 * width) {
      merge.begin(start, Math.min(count, start + width), Math.min(count, start + 2 * width));
      while (!merge.isDone) {
        if (slicer.use(merge.step(slicer.room))) await slicer.rest();
      }
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Sorts one run inside `order`; `scratch` is overwritten. */
function sortRun(columns: TokenColumns, order: Uint32Array, scratch: Uint32Array, start: number, end: number): void {
  for (let i = start; i < end; i++) order[i] = i;
  let from = order;
  let to = scratch;
  for (let width = 1; width < end - start; width *= 2) {
    const merge = new Merge(columns, from, to);
    for (let at = start; at < end; at += 2 * width) {
      merge.begin(at, Math.min(end, at + width), Math.min(end, at + 2 * width));
      merge.step(end - start);
    }
    [from, to] = [to, from];
  }
  if (from !== order) order.set(from.subarray(start, end), start);
}

/** Merges neighbouring sorted runs of `from` into `to`, as many tokens at a time as it is told. */
class Merge {
  readonly #columns: TokenColumns;
  readonly #from: Uint32Array;
  readonly #to: Uint32Array;
  #left = 0;
  #leftEnd = 0;
  #right = 0;
  #rightEnd = 0;
  #out = 0;

  constructor(columns: TokenColumns, from: Uint32Array, to: Uint32Array) {
    this.#columns = columns;
    this.#from = from;
    this.#to = to;
  }

  begin(start: number, middle: number, end: number): void {
    this.#left = start;
    this.#leftEnd = middle;
    this.#right = middle;
    this.#rightEnd = end;
    this.#out = start;
  }

  get isDone(): boolean {
    return this.#out === this.#rightEnd;
  }

  /** Merges up to `limit` tokens and returns how many they were. */
  step(limit: number): number {
    const { hi, lo } = this.#columns;
    const from = this.#from;
    const to = this.#to;
    const leftEnd = this.#leftEnd;
    const rightEnd = this.#rightEnd;
    const begin = this.#out;
    const end = Math.min(rightEnd, begin + limit);
    let left = this.#left;
    let right = this.#right;
    for (let out = begin; out < end; out++) {
      let takesRight = left === leftEnd;
      if (!takesRight && right < rightEnd) {
        const a = from[left] as number;
        const b = from[right] as number;
        const aHi = hi[a] as number;
        const bHi = hi[b] as number;
        takesRight = bHi < aHi || (bHi === aHi && (lo[b] as number) < (lo[a] as number));
      }
      to[out] = (takesRight ? from[right++] : from[left++]) as number;
    }
    this.#left = left;
    this.#right = right;
    this.#out = end;
    return end - begin;
  }
}

async function gather(columns: TokenColumns, order: Uint32Array, slicer: Slicer): Promise<TokenRing> {
  const { count } = columns;
  const hi = new Int32Array(count);
  const lo = new Uint32Array(count);
  const owners = new Int32Array(count);
  const buckets = new TokenBuckets(count);
  let size = 0;
  for (let i = 0; i < count; i++) {
    if (slicer.use(1)) await slicer.rest();
    const index = order[i] as number;
    const tokenHi = columns.hi[index] as number;
    const tokenLo = columns.lo[index] as number;
    if (size > 0 && hi[size - 1] === tokenHi && lo[size - 1] === tokenLo) continue;
    hi[size] = tokenHi;
    lo[size] = tokenLo;
    owners[size] = columns.owners[index] as number;
    buckets.note(tokenHi, size);
    size++;
  }
  if (size === count) return new TokenRing(hi, lo, owners, buckets);
  return new TokenRing(hi.slice(0, size), lo.slice(0, size), owners.slice(0, size), buckets);
}
