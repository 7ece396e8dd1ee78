import { columnsOf, encodeRows, encodeRowsContent, queryFlags } from '../wire/index.ts';
import type { Column, RowValues, WireType } from '../wire/index.ts';
import type { Exchange } from './exchange.ts';
import { resultMetadataId } from './prepared-statement.ts';
import type { Reply } from './replies.ts';

/** `{ id: t.uuid, name: t.text }`, or full columns where keyspace and table matter. */
export type ColumnsLike = Readonly<Record<string, WireType>> | readonly Column[];

function toColumns(columns: ColumnsLike): readonly Column[] {
  return Array.isArray(columns)
    ? (columns as readonly Column[])
    : columnsOf('ks', 'tbl', columns as Readonly<Record<string, WireType>>);
}

/** All rows in one page, whatever the page size; encoded once. */
export function rows(columns: ColumnsLike, values: readonly RowValues[] = []): Reply {
  return pages(columns, [values]);
}

export interface PagesOptions {
  /** The paging state that leads to page `index`; default: the text `page:<index>`. */
  readonly pagingState?: (index: number) => Buffer;
}

/** These pages one after the other, empty ones included; encoded once. */
export function pages(
  columns: ColumnsLike,
  content: readonly (readonly RowValues[])[],
  options: PagesOptions = {},
): Reply {
  const own = toColumns(columns);
  const stateOf = options.pagingState ?? ((index: number) => Buffer.from(`page:${index}`));
  const encoded = content.map((page) => encodeRowsContent(own, page));
  const states = content.map((_, index) => stateOf(index));
  const bodies = new BodyCache();
  return {
    columns: own,
    send: (x) => {
      const asked = x.request.parameters?.pagingState;
      const index = asked === undefined || asked === null ? 0 : states.findIndex((state) => state.equals(asked));
      const page = encoded[index];
      if (page === undefined) x.error('protocolError', { message: 'Invalid value for the paging state' });
      else x.result(bodies.rows(x, own, page, index, states[index + 1]));
    },
  };
}

/** `total` rows made on demand, paged as the client asks (5000 a page when it does not). */
export function generatedRows(columns: ColumnsLike, total: number, row: (index: number) => RowValues): Reply {
  const own = toColumns(columns);
  return {
    columns: own,
    send: (x) => sendPaged(x, own, total, (from, to) => Array.from({ length: to - from }, (_, i) => row(from + i))),
  };
}

/** Sends the page of `total` rows that the request asks for; the paging state is the text `row:<index>`. */
export function sendPaged(
  x: Exchange,
  columns: readonly Column[],
  total: number,
  slice: (from: number, to: number) => readonly RowValues[],
): void {
  const { parameters } = x.request;
  const state = parameters?.pagingState?.toString('latin1') ?? 'row:0';
  const from = Number(state.slice(4));
  if (!state.startsWith('row:') || !Number.isSafeInteger(from)) {
    x.error('protocolError', { message: 'Invalid value for the paging state' });
    return;
  }
  const to = Math.min(total, from + (parameters?.pageSize ?? 5000));
  const content = encodeRowsContent(columns, slice(from, to));
  x.result(rowsBody(x, columns, content, to < total ? Buffer.from(`row:${to}`) : undefined));
}

/** True when the answer carries no column specifications, and the new id when they changed (spec v5 section 4.2.5.2). */
function metadataMode(
  x: Exchange,
  columns: readonly Column[],
): { noMetadata: boolean; newMetadataId: Buffer | undefined } {
  const { message, parameters } = x.request;
  const skip = ((parameters?.flags ?? 0) & queryFlags.SKIP_METADATA) !== 0;
  const known = 'resultMetadataId' in message ? message.resultMetadataId : undefined;
  if (known === undefined) return { noMetadata: skip, newMetadataId: undefined };
  const current = resultMetadataId(columns);
  return current.equals(known)
    ? { noMetadata: skip, newMetadataId: undefined }
    : { noMetadata: false, newMetadataId: current };
}

/** Body of RESULT Rows, with or without metadata as the request and its result metadata id call for. */
export function rowsBody(
  x: Exchange,
  columns: readonly Column[],
  content: Buffer,
  pagingState: Buffer | undefined,
): Buffer {
  return encodeRows(x.request.version, { columns, pagingState, ...metadataMode(x, columns) }, content);
}

/** Keeps encoded bodies: a soak test sends the same few millions of times. */
class BodyCache {
  private readonly bodies = new Map<number, Buffer>();

  rows(
    x: Exchange,
    columns: readonly Column[],
    content: Buffer,
    page: number,
    pagingState: Buffer | undefined,
  ): Buffer {
    const { noMetadata, newMetadataId } = metadataMode(x, columns);
    const key = page * 64 + x.request.version * 4 + (noMetadata ? 2 : 0) + (newMetadataId !== undefined ? 1 : 0);
    let body = this.bodies.get(key);
    if (body === undefined) {
      body = encodeRows(x.request.version, { columns, pagingState, noMetadata, newMetadataId }, content);
      this.bodies.set(key, body);
    }
    return body;
  }
}
