import type { Row } from '../codecs/index.ts';
import { DecodeTurns } from './decode-turns.ts';
import type { RawPage } from './raw-page.ts';

/** Decodes what is left of a page, others having the event loop in between. */
export async function decodePage(
  page: RawPage,
  turns: DecodeTurns = new DecodeTurns(page.request.core.parts.seams.timers),
): Promise<Row[]> {
  const rows: Row[] = [];
  while (page.remainingRows > 0) {
    if (turns.isUsedUp) await turns.next();
    turns.decode(page, rows);
  }
  return rows;
}
