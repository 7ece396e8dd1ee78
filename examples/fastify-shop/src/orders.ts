import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { BackgroundWork } from './background-work.ts';
import { formatCursor, parseCursor } from './cursor.ts';
import { hoursBackwards, hoursBetween } from './hours.ts';
import { liveOrders } from './live-orders.ts';
import { type OrderRow, type OrderStore, toOrder } from './order-store.ts';
import { Failure, Id, NewOrder, Order, OrderPage, PageQuery, TimeRange } from './shapes.ts';

const MAX_HOURS = 24 * 31;
const IMPORT_CONCURRENCY = 32;

interface OrderRoutesOptions {
  readonly store: OrderStore;
  readonly work: BackgroundWork;
}

export const orderRoutes: FastifyPluginAsyncTypebox<OrderRoutesOptions> = async (app, { store, work }) => {
  const tags = ['orders'];

  app.post('/orders', { schema: { tags, body: NewOrder, response: { 201: Order } } }, async (request, reply) => {
    const order = await store.add(request.cassandra, request.body);
    return reply.code(201).header('location', `/orders/${order.id}`).send(order);
  });

  const params = Type.Object({ id: Id });
  app.get(
    '/orders/:id',
    { schema: { tags, params, response: { 200: Order, 404: Failure } } },
    async (request, reply) => {
      const order = await store.find(request.cassandra, request.params.id);
      return order ?? reply.code(404).send({ statusCode: 404, message: 'There is no such order' });
    },
  );

  const ofUser = { tags, params, querystring: PageQuery, response: { 200: OrderPage } };
  app.get('/users/:id/orders', { schema: ofUser }, async (request) => {
    const { limit, cursor } = request.query;
    // One more than asked for tells whether there is a next page.
    const rows = await store.ofUser(request.cassandra, request.params.id, limit + 1, parseCursor(cursor));
    return toPage(rows, limit);
  });

  const search = {
    tags,
    summary: 'Orders of all users made in a time of at most 31 days, newest first',
    querystring: Type.Intersect([TimeRange, PageQuery]),
    response: { 200: OrderPage, 400: Failure },
  };
  app.get('/orders', { schema: search }, async (request, reply) => {
    const { from, to, limit, cursor } = request.query;
    const range = { from: new Date(from), to: new Date(to) };
    if (hoursBetween(range.from, range.to) > MAX_HOURS) {
      return reply.code(400).send({ statusCode: 400, message: 'The time must be at most 31 days' });
    }
    const after = parseCursor(cursor);
    // Orders of the millisecond in which the page before ended are read again, and left out by their ids.
    const end = after === null ? range.to : new Date(Math.min(range.to.getTime(), after.created.getTime() + 1));
    const rows: OrderRow[] = [];
    for (const hour of hoursBackwards(range.from, end)) {
      for await (const page of store.ofHour(request.cassandra, hour, range.from, end, { fetchSize: limit + 1 })) {
        for (const row of page) {
          const isSeen = after !== null && row.created.getTime() === after.created.getTime() && row.id <= after.id;
          if (!isSeen) rows.push(row);
        }
        if (rows.length > limit) return toPage(rows, limit);
      }
    }
    return toPage(rows, limit);
  });

  const accepted = Type.Object({ accepted: Type.Integer() });
  const orders = Type.Array(NewOrder, { minItems: 1, maxItems: 1_000 });
  app.post(
    '/orders/import',
    { schema: { tags, body: orders, response: { 202: accepted } } },
    async (request, reply) => {
      const list = request.body;
      work.start('import of orders', async (session) => {
        const rest = list.values();
        const worker = async (): Promise<void> => {
          for (const order of rest) await store.add(session, order);
        };
        await Promise.all(Array.from({ length: IMPORT_CONCURRENCY }, worker));
      });
      return reply.code(202).send({ accepted: list.length });
    },
  );

  const live = { tags, summary: 'New orders as server-sent events' };
  // For as long as the client stays: the deadline of other requests would cut it off.
  app.get('/orders/live', { schema: live, config: { cassandra: { deadlineMs: false } } }, (request, reply) => {
    const { cassandraSignal: signal } = request;
    return reply
      .type('text/event-stream')
      .send(liveOrders(store, request.cassandra, signal, app.cassandra.closingSignal));
  });
};

function toPage(rows: readonly OrderRow[], limit: number) {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { orders: shown.map(toOrder), next: rows.length > limit && last !== undefined ? formatCursor(last) : null };
}
