import type { Row } from '../../codecs/index.ts';
import { MIN_TOKEN } from '../../metadata/index.ts';
import { ByteReader } from '../../protocol/index.ts';
import type { DecodeTurns } from '../decode-turns.ts';
import type { RawPage } from '../raw-page.ts';
import { DeliveredRows } from './delivered-rows.ts';
import { RowKeys, type RowKeyColumns } from './row-keys.ts';
import type { ScanRange } from './scan-range.ts';

/** A page as it was received: rows that can be decoded, and the bytes that they are in. */
export interface ReceivedPage {
  readonly raw: RawPage;
  /** Stands at the first row. Whoever has done with the page disposes of it. */
  readonly bytes: ByteReader;
}

/** What the pages of one scan have in common. */
export interface PageShape {
  readonly key: RowKeyColumns;
  /** The columns that were asked for; null: all that are read. */
  readonly visible: readonly string[] | null;
}

/** One page of a range, without the rows that were handed out before; and where the range stands while it is read. */
export class ScanPage {
  readonly range: ScanRange;
  readonly rowCount: number;
  readonly #raw: RawPage;
  readonly #bytes: ByteReader;
  readonly #start: number;
  readonly #shape: PageShape;
  /** 1 for rows that were handed out before; null: none was. */
  readonly #skipped: Uint8Array | null = null;
  /** What is to be passed over on the pages after this one. */
  readonly #deliveredAfter: DeliveredRows | null = null;
  #decoded = 0;

  /** @throws ProtocolError when rows have to be passed over and the bytes end before they do */
  constructor(range: ScanRange, { raw, bytes }: ReceivedPage, shape: PageShape) {
    this.range = range;
    this.#raw = raw;
    this.#bytes = bytes;
    this.#start = bytes.pos;
    this.#shape = shape;
    const { delivered } = range;
    if (delivered === null) {
      this.rowCount = raw.rowCount;
      return;
    }
    const skipped = new Uint8Array(raw.rowCount);
    let last: bigint | null = null;
    this.#eachKey(raw.rowCount, (keys, i) => {
      last = keys.token;
      const isDelivered = last < delivered.token || (last === delivered.token && delivered.digests.has(keys.digest));
      if (isDelivered) skipped[i] = 1;
    });
    this.#skipped = skipped;
    this.#deliveredAfter = last !== null && last > delivered.token ? null : delivered;
    this.rowCount = raw.rowCount - skipped.reduce((sum, one) => sum + one, 0);
  }

  /** Whether the range ends with this page. */
  get isLast(): boolean {
    return this.#raw.pagingState === undefined;
  }

  /** Whether all of its rows were decoded. */
  get isDecoded(): boolean {
    return this.#raw.remainingRows === 0;
  }

  /**
   * The next rows, `count` at most and no more than this turn of the event loop has room for; none of them when all of
   * these were handed out before.
   * @throws ProtocolError, InvalidValueError
   */
  decode(turns: DecodeTurns, count: number = Infinity): Row[] {
    const first = this.#decoded;
    let rows: Row[] = [];
    turns.decode(this.#raw, rows, count);
    this.#decoded += rows.length;
    const skipped = this.#skipped;
    if (skipped !== null) rows = rows.filter((_, i) => skipped[first + i] === 0);
    const { visible } = this.#shape;
    return visible === null ? rows : rows.map((row) => Object.fromEntries(visible.map((name) => [name, row[name]])));
  }

  /** The range as it stands when `handed` rows of this page were handed out; null when that was its end. */
  positionAfter(handed: number): ScanRange | null {
    const { range } = this;
    if (handed === this.rowCount) return this.isLast ? null : range.at(this.#raw.pagingState, this.#deliveredAfter);
    if (handed === 0) return range;
    return range.at(range.pagingState, this.#delivered(handed));
  }

  /** All rows were handed out, and nothing more is asked of the page. */
  release(): void {
    this.#bytes.dispose();
  }

  /** All rows before and with the one that was handed out last, those handed out by earlier scans included. */
  #delivered(handed: number): DeliveredRows {
    let count = handed;
    if (this.#skipped !== null) {
      count = 0;
      for (let left = handed; left > 0; count++) if (this.#skipped[count] === 0) left--;
    }
    let token = MIN_TOKEN;
    this.#eachKey(count, (keys, i) => {
      if (i === count - 1) token = keys.token;
    });
    const digests = new Set<string>();
    this.#eachKey(count, (keys) => {
      if (keys.token === token) digests.add(keys.digest);
    });
    const before = this.range.delivered;
    // Rows that this replica does not have may come from another one.
    if (before?.token === token) for (const digest of before.digests) digests.add(digest);
    return new DeliveredRows(token, digests);
  }

  #eachKey(count: number, visit: (keys: RowKeys, index: number) => void): void {
    const keys = new RowKeys(this.#raw.metadata?.columns ?? [], this.#shape.key);
    const { buf, view, end } = this.#bytes;
    const reader = new ByteReader().reset(buf, view, this.#start, end);
    for (let i = 0; i < count; i++) {
      keys.read(reader);
      visit(keys, i);
    }
  }
}
