import type { Cursor, OrderRow } from './order-store.ts';

/** A cursor says where a page ended, by the order's own time and id: it stays good while orders come and go. */
export function formatCursor(row: OrderRow): string {
  return `${row.created.getTime()}.${row.id}`;
}

export function parseCursor(text: string | undefined): Cursor | null {
  if (text === undefined) return null;
  const dot = text.indexOf('.');
  return { created: new Date(Number(text.slice(0, dot))), id: text.slice(dot + 1) };
}
