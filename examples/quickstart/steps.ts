import assert from 'node:assert/strict';
import { type AsyncCassandraSession, BatchStatement, Decimal, Duration, LocalDate, LocalTime } from 'async-cassandra';
import { showProgress } from './progress.ts';
import { type Measurement, Stopwatch } from './report.ts';
import { type Order, orderId, sampleOrder } from './sample-rows.ts';

const LOAD_CONCURRENCY = 128;
const READ_CONCURRENCY = 256;

/** Runs `count` operations, `concurrency` of them at a time. */
async function inParallel(
  count: number,
  concurrency: number,
  signal: AbortSignal,
  operation: (n: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) {
      signal.throwIfAborted();
      await operation(n);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/** Writes `count` orders. */
export async function loadOrders(
  session: AsyncCassandraSession,
  count: number,
  signal: AbortSignal,
): Promise<Measurement> {
  const insert = await session.prepare(
    'INSERT INTO orders (id, customer, status, total, items, tags, created) VALUES (?, ?, ?, ?, ?, ?, ?)',
    { idempotent: true },
  );
  const progress = showProgress('Loading orders', count);
  const watch = new Stopwatch();
  let done = 0;
  try {
    await inParallel(count, LOAD_CONCURRENCY, signal, async (n) => {
      const order = sampleOrder(n);
      await watch.time(() =>
        session.execute(
          insert,
          [order.id, order.customer, order.status, order.total, order.items, order.tags, order.created],
          { signal },
        ),
      );
      progress.update(++done);
    });
  } finally {
    progress.stop();
  }
  return watch.stop('prepared insert, 128 in flight', count);
}

/** Reads `count` orders by their key and compares each with what was written. */
export async function readOrders(
  session: AsyncCassandraSession,
  stored: number,
  count: number,
  signal: AbortSignal,
): Promise<Measurement> {
  const select = await session.prepare<Order>(
    'SELECT id, customer, status, total, items, tags, created FROM orders WHERE id = ?',
  );
  const progress = showProgress('Reading single orders', count);
  const watch = new Stopwatch();
  let done = 0;
  try {
    await inParallel(count, READ_CONCURRENCY, signal, async (n) => {
      const number = (n * 7_919) % stored;
      const result = await watch.time(() => session.execute(select, [orderId(number)], { signal }));
      assert.equal(result.one()?.customer, sampleOrder(number).customer, `Order ${number} came back as another one`);
      progress.update(++done);
    });
  } finally {
    progress.stop();
  }
  return watch.stop('prepared point read, 256 in flight', count);
}

/** Streams the whole table. */
export async function streamOrders(
  session: AsyncCassandraSession,
  stored: number,
  signal: AbortSignal,
): Promise<Measurement> {
  const progress = showProgress('Streaming the table', stored);
  const watch = new Stopwatch();
  let rows = 0;
  try {
    const stream = await session.executeStream<Order>('SELECT * FROM orders', undefined, { fetchSize: 5_000, signal });
    for await (const page of stream.pages()) {
      rows += page.length;
      progress.update(rows);
    }
  } finally {
    progress.stop();
  }
  assert.equal(rows, stored, 'The stream must have every row');
  return watch.stop('stream of the whole table, rows', rows);
}

/** A lightweight transaction: of two openings of one account, one is applied. */
export async function openAccountOnce(session: AsyncCassandraSession): Promise<Measurement> {
  const watch = new Stopwatch();
  const open = 'INSERT INTO accounts (name, balance) VALUES (?, ?) IF NOT EXISTS';
  const first = await watch.time(() => session.execute(open, ['ada', 100n]));
  const second = await watch.time(() => session.execute(open, ['ada', 5n]));
  assert.equal(first.wasApplied, true);
  assert.equal(second.wasApplied, false);
  assert.equal(second.one()?.['balance'], 100n);
  return watch.stop('lightweight transaction', 2);
}

/** A logged batch: both accounts, or none. */
export async function moveMoney(session: AsyncCassandraSession): Promise<Measurement> {
  const watch = new Stopwatch();
  const batch = new BatchStatement('logged');
  batch.add('UPDATE accounts SET balance = ? WHERE name = ?', [60n, 'ada']);
  batch.add('UPDATE accounts SET balance = ? WHERE name = ?', [40n, 'grace']);
  await watch.time(() => session.executeBatch(batch, { idempotent: true }));
  const rows = await session.execute("SELECT balance FROM accounts WHERE name IN ('ada', 'grace')");
  assert.deepEqual(
    (await rows.all()).map((row) => row['balance']),
    [60n, 40n],
  );
  return watch.stop('logged batch of two', 1);
}

/** One value of every unusual type, there and back. */
export async function writeExoticTypes(session: AsyncCassandraSession): Promise<Measurement> {
  const row: Readonly<Record<string, unknown>> = {
    big: 2n ** 200n,
    price: Decimal.from('-12345678901234567890.123456789'),
    span: Duration.from('1y2mo3d4h5m6s'),
    day: LocalDate.from('-0044-03-15'),
    clock: LocalTime.from('13:37:42.000000001'),
    host: '2001:db8::1',
    place: [52.52, 13.405, 'Berlin'],
    home: { street: 'Unter den Linden', city: 'Berlin', numbers: [1, 2] },
    embedding: Float32Array.of(0.25, 0.5, -1, 1e-3),
    nested: new Map([['a', [new Set([1, 2]), new Set([3])]]]),
    raw: Buffer.from('cafebabe', 'hex'),
  };
  const names = Object.keys(row);
  const watch = new Stopwatch();
  for (const [index, name] of names.entries()) {
    await watch.time(() => session.execute(`INSERT INTO exotic (id, ${name}) VALUES (?, ?)`, [index, row[name]]));
    const back = await watch.time(() => session.execute(`SELECT ${name} FROM exotic WHERE id = ?`, [index]));
    assert.deepEqual(back.one()?.[name], row[name], `Column ${name} must come back as it was written`);
  }
  return watch.stop('exotic types, write and read', names.length * 2);
}
