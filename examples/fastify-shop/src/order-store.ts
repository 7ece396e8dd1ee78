import { randomUUID } from 'node:crypto';
import {
  type AsyncCassandraSession,
  BatchStatement,
  type Decimal,
  type PreparedStatement,
  type StreamConfig,
} from 'async-cassandra';
import type { RequestSession } from 'async-cassandra/fastify';
import { hourOf } from './hours.ts';
import type { NewOrderBody, OrderBody } from './shapes.ts';

/** An order as the tables hold it. */
export interface OrderRow extends Record<string, unknown> {
  readonly id: string;
  readonly user_id: string;
  readonly created: Date;
  readonly status: string;
  readonly total: Decimal;
  readonly items: ReadonlyMap<string, number>;
}

/** A session to work with: that of a request, or the service's own. */
export type Executor = Pick<RequestSession, 'execute' | 'executeBatch' | 'executeStream'>;

const COLUMNS = 'id, user_id, created, status, total, items';

/** Where the page before ended: its last order. */
export interface Cursor {
  readonly created: Date;
  readonly id: string;
}

/** Statements are prepared once, when the service starts, and shared by all its requests. */
export class OrderStore {
  readonly #byId: PreparedStatement<OrderRow>;
  readonly #ofUser: PreparedStatement<OrderRow>;
  readonly #ofHour: PreparedStatement<OrderRow>;
  readonly #inserts: readonly PreparedStatement[];

  private constructor(selects: readonly PreparedStatement<OrderRow>[], inserts: readonly PreparedStatement[]) {
    [this.#byId, this.#ofUser, this.#ofHour] = selects as [
      PreparedStatement<OrderRow>,
      PreparedStatement<OrderRow>,
      PreparedStatement<OrderRow>,
    ];
    this.#inserts = inserts;
  }

  static async prepare(session: AsyncCassandraSession): Promise<OrderStore> {
    const selects = [
      `SELECT ${COLUMNS} FROM orders WHERE id = ?`,
      // Orders made in the same millisecond stand in the order of their ids: so the last one of a page is left out by id.
      `SELECT ${COLUMNS} FROM orders_by_user WHERE user_id = ? AND created <= ?`,
      `SELECT ${COLUMNS} FROM orders_by_hour WHERE hour = ? AND created >= ? AND created < ?`,
    ].map((cql) => session.prepare<OrderRow>(cql));
    const inserts = [
      `INSERT INTO orders (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`,
      `INSERT INTO orders_by_user (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`,
      `INSERT INTO orders_by_hour (${COLUMNS}, hour) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ].map((cql) => session.prepare(cql, { idempotent: true }));
    return new OrderStore(await Promise.all(selects), await Promise.all(inserts));
  }

  /** Writes an order to all tables or to none. Its id is fixed before, so that sending it twice does no harm. */
  async add(session: Executor, order: NewOrderBody): Promise<OrderBody> {
    const row: OrderBody = { ...order, id: randomUUID(), created: new Date().toISOString(), status: 'new' };
    const created = new Date(row.created);
    const values = [row.id, row.userId, created, row.status, row.total, row.items];
    const [byId, byUser, byHour] = this.#inserts as [PreparedStatement, PreparedStatement, PreparedStatement];
    const batch = new BatchStatement('logged')
      .add(byId, values)
      .add(byUser, values)
      .add(byHour, [...values, hourOf(created)]);
    await session.executeBatch(batch, { idempotent: true });
    return row;
  }

  async find(session: Executor, id: string): Promise<OrderBody | null> {
    const row = (await session.execute(this.#byId, [id])).one();
    return row === null ? null : toOrder(row);
  }

  /** A user's orders, newest first. */
  async ofUser(session: Executor, userId: string, limit: number, after: Cursor | null): Promise<OrderRow[]> {
    const found: OrderRow[] = [];
    const from = after?.created ?? new Date(8_640_000_000_000_000);
    const rows = await session.executeStream(this.#ofUser, [userId, from], { fetchSize: limit + 1, prefetchPages: 0 });
    for await (const row of rows) {
      if (after !== null && row.created.getTime() === after.created.getTime() && row.id <= after.id) continue;
      if (found.push(row) === limit) break;
    }
    return found;
  }

  /** The orders of one hour between two times, newest first, page by page. */
  async *ofHour(session: Executor, hour: Date, from: Date, to: Date, config: StreamConfig): AsyncGenerator<OrderRow[]> {
    yield* (await session.executeStream(this.#ofHour, [hour, from, to], config)).pages();
  }
}

export function toOrder(row: OrderRow): OrderBody {
  const { id, user_id: userId, created, status, total, items } = row;
  return {
    id,
    userId,
    created: created.toISOString(),
    status,
    total: total.toString(),
    items: Object.fromEntries(items),
  };
}
