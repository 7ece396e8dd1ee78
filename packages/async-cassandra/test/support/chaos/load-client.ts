import type { ChaosRing } from './chaos-ring.ts';

/** What a request came to: the proxy of the node that answered, and for a read what the row holds. */
export interface Answer {
  readonly coordinator: string | undefined;
  readonly value: unknown;
}

/** One client under load. Everything is done at QUORUM; methods reject as the driver does. */
export interface LoadClient {
  readonly name: string;
  /** No request may take longer. */
  readonly deadlineMs: number;
  write(row: number): Promise<Answer>;
  read(row: number): Promise<Answer>;
  append(row: number, item: number): Promise<Answer>;
  increment(row: number): Promise<Answer>;
  close(): Promise<void>;
}

/** Makes a client that reaches every node through its proxy. */
export interface Contestant {
  readonly name: string;
  connect(ring: ChaosRing): Promise<LoadClient>;
}

export const keyspace = 'chaos';

/** Every client works on rows of its own, each of them a partition. */
export const schema: readonly string[] = [
  `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3}`,
  `CREATE TABLE ${keyspace}.writes (client text, id int, value text, PRIMARY KEY ((client, id)))`,
  `CREATE TABLE ${keyspace}.lists (client text, id int, items list<int>, PRIMARY KEY ((client, id)))`,
  `CREATE TABLE ${keyspace}.counters (client text, id int, total counter, PRIMARY KEY ((client, id)))`,
];

export const statements = {
  write: 'INSERT INTO writes (client, id, value) VALUES (?, ?, ?)',
  read: 'SELECT value FROM writes WHERE client = ? AND id = ?',
  append: 'UPDATE lists SET items = items + ? WHERE client = ? AND id = ?',
  increment: 'UPDATE counters SET total = total + 1 WHERE client = ? AND id = ?',
} as const;

/** What a row holds: enough to fill some packets. */
export function valueOf(row: number): string {
  return `value ${row} `.padEnd(100, '.');
}
