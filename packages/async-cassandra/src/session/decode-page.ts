import type { Row } from '../codecs/index.ts';
import type { RawPage } from './raw-page.ts';

/** Others get the event loop after this much was decoded (rule 13 of the design). */
const SLICE_BYTES = 256 * 1024;

/** Decodes what is left of a page, in slices. */
export async function decodePage(page: RawPage): Promise<Row[]> {
  const rows: Row[] = [];
  const { timers } = page.request.core.parts.seams;
  for (;;) {
    const slice =
      page.remainingBytes > SLICE_BYTES
        ? Math.max(1, Math.floor((SLICE_BYTES / page.remainingBytes) * page.remainingRows))
        : page.remainingRows;
    page.decodeInto(rows, slice);
    if (page.remainingRows === 0) return rows;
    await new Promise<void>((resolve) => timers.setImmediate(resolve));
  }
}
