import { MAX_TOKEN, MIN_TOKEN, type ReplicatedRange } from '../../metadata/index.ts';
import { joinUntouched, ScanRange } from './scan-range.ts';

/** How many tokens there are. */
const RING_WIDTH = MAX_TOKEN - MIN_TOKEN;

/** A stretch of the ring whose tokens all have the same replicas. */
interface Stretch {
  readonly start: bigint;
  end: bigint;
  readonly replicas: string;
}

/** The whole ring in stretches, in their order, neighbours with the same replicas joined. */
function stretchesOf(ring: readonly ReplicatedRange[]): Stretch[] {
  const pieces = ring
    .flatMap(({ range, replicas }) => {
      const slots = replicas.map(({ slot }) => slot).sort((a, b) => a - b);
      return range.unwrap().map(({ start, end }) => ({
        start,
        end: end === MIN_TOKEN ? MAX_TOKEN : end,
        replicas: slots.join(),
      }));
    })
    .filter(({ start, end }) => start < end)
    .sort((a, b) => (a.start < b.start ? -1 : 1));
  const stretches: Stretch[] = [];
  for (const piece of pieces) {
    const last = stretches.at(-1);
    if (last?.replicas === piece.replicas && last.end === piece.start) last.end = piece.end;
    else stretches.push(piece);
  }
  return stretches;
}

/** Joins neighbours until there are no more than `count`. */
function joinDownTo(stretches: readonly Stretch[], count: number): Stretch[] {
  if (stretches.length <= count) return [...stretches];
  return Array.from({ length: count }, (_, i) => {
    const first = stretches[Math.floor((i * stretches.length) / count)] as Stretch;
    const last = stretches[Math.floor(((i + 1) * stretches.length) / count) - 1] as Stretch;
    return { ...first, end: last.end };
  });
}

/** The parts of a range that lie in each of the stretches; what lies in none is a part too. */
function cutAt(range: ScanRange, stretches: readonly Stretch[]): ScanRange[] {
  const parts: ScanRange[] = [];
  let { start } = range;
  for (const stretch of stretches) {
    if (stretch.end <= start) continue;
    if (start >= range.end) break;
    const end = stretch.end < range.end ? stretch.end : range.end;
    parts.push(new ScanRange(start, end));
    start = end;
  }
  if (start < range.end) parts.push(new ScanRange(start, range.end));
  return parts;
}

function split(range: ScanRange, parts: number): ScanRange[] {
  const count = BigInt(parts);
  const at = (i: number): bigint => range.start + (range.width * BigInt(i)) / count;
  return Array.from({ length: parts }, (_, i) => new ScanRange(at(i), at(i + 1))).filter(({ width }) => width > 0n);
}

/**
 * The ranges that a scan reads, in the order in which it begins them: first those that were begun before, as they stand;
 * then what is untouched, cut where replicas change and into about as many parts as are wanted for the whole ring. One
 * part of each stretch comes before the second of any, so that all nodes have work from the beginning.
 *
 * @param left - what is left to read
 * @param ring - the token ring as it is now
 * @param splits - how many ranges the whole ring is to be read in; undefined: `atLeast`, or more when the ring has more stretches
 */
export function planRanges(
  left: readonly ScanRange[],
  ring: readonly ReplicatedRange[],
  splits: number | undefined,
  atLeast: number,
): ScanRange[] {
  const all = stretchesOf(ring);
  const stretches = splits === undefined ? all : joinDownTo(all, splits);
  const wanted = Math.max(splits ?? atLeast, stretches.length);
  const parts = joinUntouched(left.filter((range) => range.isUntouched))
    .flatMap((range) => cutAt(range, stretches))
    .map((range) =>
      split(range, wanted === stretches.length ? 1 : Math.max(1, Math.round(wanted * shareOf(range.width)))),
    );
  const ranges = left.filter((range) => !range.isUntouched);
  const most = parts.reduce((max, { length }) => Math.max(max, length), 0);
  for (let i = 0; i < most; i++)
    for (const part of parts) {
      const range = part[i];
      if (range !== undefined) ranges.push(range);
    }
  return ranges;
}

/** All tokens. */
export function wholeRing(): ScanRange {
  return new ScanRange(MIN_TOKEN, MAX_TOKEN);
}

/** The share of the ring that so many tokens are, from 0 to 1. */
export function shareOf(width: bigint): number {
  return Number(width) / Number(RING_WIDTH);
}
