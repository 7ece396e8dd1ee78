import type { SchemaModel } from '../server/schema-model.ts';
import { columnsOf, encodeRowsContent, t } from '../wire/index.ts';
import type { Column } from '../wire/index.ts';
import { STUB_VALUES } from './statements.ts';

const KEYSPACE = 'bench';
const users = { id: t.uuid, name: t.text, email: t.text, age: t.int, created: t.timestamp };
const events = {
  pk: t.uuid,
  ck: t.timeuuid,
  seq: t.bigint,
  score: t.double,
  payload: t.text,
  flag: t.boolean,
  at: t.timestamp,
};
const items = { id: t.uuid, tags: t.set(t.text), attrs: t.map(t.text, t.int), vals: t.list(t.double) };
const { id: _key, ...collections } = items;

/** Columns of the answers to the reads. */
export const stubColumns: Readonly<Record<'w1' | 'w3' | 'w4', readonly Column[]>> = {
  w1: columnsOf(KEYSPACE, 'users', users),
  w3: columnsOf(KEYSPACE, 'events', events),
  w4: columnsOf(KEYSPACE, 'items', collections),
};

/** Tells a scripted server of the tables, so that it can prepare the statements. */
export function addStubTables(schema: SchemaModel): void {
  schema.addTable(KEYSPACE, 'users', users);
  schema.addTable(KEYSPACE, 'events', events, { clusteringKey: ['ck'] });
  schema.addTable(KEYSPACE, 'items', items);
}

const tens = Array.from({ length: 10 }, (_, i) => i);

/** <rows_count><rows_content> of the one row of W1 or W4. */
export function oneRow(workload: 'w1' | 'w4'): Buffer {
  const { id, name, email, age, created } = STUB_VALUES;
  const values =
    workload === 'w1'
      ? [id, name, email, age, BigInt(created)]
      : [
          tens.map((i) => `tag-number-${i}`),
          tens.map((i) => [`attribute-${i}`, i * 7]),
          [...tens, ...tens].map((i) => i / 3),
        ];
  return encodeRowsContent(stubColumns[workload], [values]);
}

/** <rows_count><rows_content> of a page of W3. */
export function pageOfEvents(rows: number): Buffer {
  const { id, created } = STUB_VALUES;
  return encodeRowsContent(
    stubColumns.w3,
    Array.from({ length: rows }, (_, i) => [
      id,
      `${i.toString(16).padStart(8, '0')}-7b4d-11ef-8a91-0b2c3d4e5f60`,
      BigInt(i) * 1_000_003n,
      i / 7,
      `payload of forty characters, number ${String(i).padStart(5, '0')}`.slice(0, 40),
      i % 2 === 0,
      BigInt(created + i),
    ]),
  );
}
