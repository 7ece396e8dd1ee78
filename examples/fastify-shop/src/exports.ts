import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';

import { toCsvLine } from './csv.ts';
import { hoursBackwards } from './hours.ts';
import { type Executor, type OrderRow, type OrderStore, toOrder } from './order-store.ts';
import { type OrderBody, TimeRange } from './shapes.ts';

/** A page may come late, when the service is busy: whoever waits for a long export would have to begin anew. */
const PAGES = { fetchSize: 500, pageTimeoutMs: 30_000 };
const CSV_HEADINGS = ['id', 'userId', 'created', 'status', 'total', 'items'] as const;

/** How a format writes orders. */
interface Format {
  readonly extension: string;
  readonly contentType: string;
  readonly head: string;
  readonly line: (order: OrderBody) => string;
}

const FORMATS: readonly Format[] = [
  {
    extension: 'ndjson',
    contentType: 'application/x-ndjson',
    head: '',
    line: (order) => `${JSON.stringify(order)}\n`,
  },
  {
    extension: 'csv',
    contentType: 'text/csv; charset=utf-8; header=present',
    head: toCsvLine(CSV_HEADINGS),
    line: (order) =>
      toCsvLine(CSV_HEADINGS.map((name) => (name === 'items' ? JSON.stringify(order.items) : order[name]))),
  },
];

/**
 * Exports of any size. Rows are fetched as fast as the client reads: when its socket is full no page is asked for, and when it
 * leaves the stream is cancelled. So an export takes the memory of two pages, however long it is.
 */
export const exportRoutes: FastifyPluginAsyncTypebox<{ readonly store: OrderStore }> = async (app, { store }) => {
  for (const format of FORMATS) {
    const schema = {
      tags: ['exports'],
      summary: `All orders of a time as ${format.extension}`,
      produces: [format.contentType],
      querystring: TimeRange,
    };
    const url = `/exports/orders.${format.extension}`;
    // As long as it takes: exports are not under the deadline of other requests.
    app.get(url, { schema, config: { cassandra: { deadlineMs: false } } }, (request, reply) => {
      const { from, to } = request.query;
      const pages = ordersBetween(store, request.cassandra, new Date(from), new Date(to));
      const body = Readable.from(lines(format, pages), { objectMode: false });
      return reply.type(format.contentType).send(body);
    });
  }
};

async function* ordersBetween(store: OrderStore, session: Executor, from: Date, to: Date): AsyncGenerator<OrderRow[]> {
  for (const hour of hoursBackwards(from, to)) yield* store.ofHour(session, hour, from, to, PAGES);
}

/** One text a page: a text a row would cost more than the rows. */
async function* lines(format: Format, pages: AsyncIterable<OrderRow[]>): AsyncGenerator<string> {
  if (format.head !== '') yield format.head;
  for await (const rows of pages) {
    if (rows.length > 0) yield rows.map((row) => format.line(toOrder(row))).join('');
  }
}
