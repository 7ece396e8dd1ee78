import { setImmediate as nextTurn } from 'node:timers/promises';
import { AsyncCluster, type AsyncCassandraSession } from 'async-cassandra';
import { Client } from 'cassandra-driver';
import { FIRST_PARAMETERS, FIRST_QUERY, KEYSPACE, tableName } from './bench-schema.ts';

/** One client, driven alike whatever driver it is. */
export interface Contestant {
  connect(): Promise<void>;
  query(): Promise<void>;
  /** Whether nothing goes on in the background any more. */
  isSettled(): boolean;
  /** How many columns a table has. */
  columnsOf(table: string): Promise<number>;
  close(): Promise<void>;
}

class AsyncCassandraContestant implements Contestant {
  readonly #cluster: AsyncCluster;
  readonly #keepsAll: boolean;
  #session: AsyncCassandraSession | undefined;

  constructor(port: number, localDataCenter: string, keepsAll: boolean) {
    this.#keepsAll = keepsAll;
    this.#cluster = new AsyncCluster({
      contactPoints: ['127.0.0.1'],
      port,
      localDataCenter,
      schemaKeyspaces: keepsAll ? 'all' : [],
    });
  }

  async connect(): Promise<void> {
    this.#session = await this.#cluster.connect();
  }

  async query(): Promise<void> {
    await this.#session?.execute(FIRST_QUERY, FIRST_PARAMETERS);
  }

  isSettled(): boolean {
    return !this.#keepsAll || this.#cluster.metadata.keyspaces.get(KEYSPACE)?.isComplete === true;
  }

  async columnsOf(table: string): Promise<number> {
    return this.#cluster.metadata.keyspaces.get(KEYSPACE)?.tables.get(table)?.columns.size ?? 0;
  }

  close(): Promise<void> {
    return this.#cluster.close();
  }
}

class CassandraDriverContestant implements Contestant {
  readonly #client: Client;

  constructor(port: number, localDataCenter: string) {
    this.#client = new Client({ contactPoints: ['127.0.0.1'], protocolOptions: { port }, localDataCenter });
  }

  connect(): Promise<void> {
    return this.#client.connect();
  }

  async query(): Promise<void> {
    await this.#client.execute(FIRST_QUERY, [...FIRST_PARAMETERS], { prepare: true });
  }

  isSettled(): boolean {
    return true;
  }

  async columnsOf(table: string): Promise<number> {
    const metadata = await this.#client.metadata.getTable(KEYSPACE, table);
    return metadata.columns.length;
  }

  close(): Promise<void> {
    return this.#client.shutdown();
  }
}

export const CONTESTANTS = ['async-cassandra', 'async-cassandra, schemaKeyspaces: []', 'cassandra-driver'] as const;
export type ContestantName = (typeof CONTESTANTS)[number];

export function createContestant(name: ContestantName, port: number, localDataCenter: string): Contestant {
  return name === 'cassandra-driver'
    ? new CassandraDriverContestant(port, localDataCenter)
    : new AsyncCassandraContestant(port, localDataCenter, name === 'async-cassandra');
}

/** Asks for all tables, some at a time. */
export async function askForAll(contestant: Contestant, tables: number): Promise<void> {
  let next = 0;
  const ask = async (): Promise<void> => {
    while (next < tables) {
      const table = tableName(next++);
      // An application would not look at thousands of tables in one go either.
      if (next % 64 === 0) await nextTurn();
      if ((await contestant.columnsOf(table)) === 0) throw new Error(`No columns of ${table} are known`);
    }
  };
  await Promise.all(Array.from({ length: 32 }, ask));
}
