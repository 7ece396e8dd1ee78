import assert from 'node:assert/strict';
import { type AsyncCassandraSession, BatchStatement, cql } from 'async-cassandra';
import type { KeyedTable } from '../../integration/types/support/keyed-tables.ts';
import type { Routed, RoutedRequest } from './measure-routing.ts';

/** Tables for the other ways to send a request; `c` are clustering columns. */
export const waysSchema: readonly string[] = [
  'CREATE TABLE way (k int, c int, n int, PRIMARY KEY (k, c))',
  'CREATE TABLE tally (k int PRIMARY KEY, n counter)',
  'CREATE TABLE beside (k int PRIMARY KEY, n int)',
];

const INSERT = 'INSERT INTO way (c, n, k) VALUES (?, ?, ?)';
const SELECT = 'SELECT c, n FROM way WHERE k = ?';
const WITHOUT_KEY = 'INSERT INTO beside (k, n) VALUES (1, 1)';
const BESIDE = 'INSERT INTO beside (n, k) VALUES (?, ?)';
const COUNT = 'UPDATE tally SET n = n + 1 WHERE k = ?';

/** A write and a read of each key of each table, by values that are bound to prepared statements. */
export function requestsOf(tables: readonly KeyedTable[]): readonly RoutedRequest[] {
  return tables.flatMap(({ name: table, insert, select, keys }) =>
    keys.flatMap((key, n): RoutedRequest[] => {
      const values = [...key].reverse();
      const options = { idempotent: true };
      return [
        { table, kind: 'write', run: (session) => session.execute(insert, [n, 0, ...values], options) },
        { table, kind: 'read', run: (session) => session.execute(select, values) },
      ];
    }),
  );
}

/** Every other way to send requests for one partition, for some partitions each. */
export function requestsInAllWays(partitions: number): readonly RoutedRequest[] {
  return Array.from({ length: partitions }, (_, k) => waysFor(k)).flat();
}

function waysFor(k: number): readonly RoutedRequest[] {
  const write = (run: RoutedRequest['run']): RoutedRequest => ({ table: 'way', kind: 'write', run });
  const read = (run: RoutedRequest['run']): RoutedRequest => ({ table: 'way', kind: 'read', run });
  const tally = (run: RoutedRequest['run']): RoutedRequest => ({ table: 'tally', kind: 'write', run });
  const unlogged = (): BatchStatement => new BatchStatement('unlogged');
  return [
    write(async (session) => session.execute(await session.prepare(INSERT), [0, k, k])),
    write((session) => session.cql`INSERT INTO way (k, c, n) VALUES (${k}, ${1}, ${k})`),
    write((session) => session.execute('INSERT INTO way (k, c, n) VALUES (:k, :c, :n)', { n: k, c: 2, k })),
    write((session) => session.execute('DELETE FROM way WHERE c = ? AND k = ?', [9, k])),
    // A batch goes where its first statement with a key belongs; the others are spread over the ring.
    write((session) => session.executeBatch(unlogged().add(INSERT, [3, k, k]).add(INSERT, [4, k, k]))),
    write((session) => session.executeBatch(unlogged().add(WITHOUT_KEY).add(INSERT, [3, k, k]).add(BESIDE, [k, ~k]))),
    write((session) => session.executeBatch(new BatchStatement().add(INSERT, [4, k, k]).add(BESIDE, [k, ~k]))),
    write((session) => session.execute(unlogged().add(cql`INSERT INTO way (k, c, n) VALUES (${k}, 3, 3)`))),
    tally((session) => session.execute(COUNT, [k])),
    tally((session) => session.executeBatch(new BatchStatement('counter').add(COUNT, [k]))),
    read((session) => session.execute(SELECT, [k])),
    read(async (session) => session.execute(await session.prepare(SELECT), [k])),
    read((session) => session.execute(cql`SELECT n FROM way WHERE k = ${k} AND c = ${1}`)),
    read((session) => allPages(session, k)),
    read((session) => wholeStream(session, k)),
  ];
}

async function allPages(session: AsyncCassandraSession, k: number): Promise<Routed> {
  const result = await session.execute(SELECT, [k], { fetchSize: 2 });
  await result.all();
  return result;
}

async function wholeStream(session: AsyncCassandraSession, k: number): Promise<Routed> {
  await using stream = await session.executeStream(SELECT, [k], { fetchSize: 2 });
  for await (const page of stream.pages()) assert.ok(page.length <= 2);
  return stream;
}
