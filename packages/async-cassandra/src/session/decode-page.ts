import type { Row } from '../codecs/index.ts';
import type { Timers } from '../connection/index.ts';
import type { RawPage } from './raw-page.ts';

/** Others get the event loop after this much was decoded (rule 13 of the design). */
export const SLICE_BYTES: number = 256 * 1024;

/** Decodes what is left of a page, in slices. */
export async function decodePage(page: RawPage): Promise<Row[]> {
  const rows: Row[] = [];
  const { timers } = page.request.core.parts.seams;
  for (;;) {
    page.decodeInto(rows, page.rowsWithin(SLICE_BYTES));
    if (page.remainingRows === 0) return rows;
    await nextTurn(timers);
  }
}

/** Lets everybody else have the event loop once. */
export function nextTurn(timers: Timers): Promise<void> {
  return new Promise((resolve) => timers.setImmediate(resolve));
}
