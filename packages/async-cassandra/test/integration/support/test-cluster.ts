import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { AsyncCluster, type AsyncCassandraSession, type ClusterOptions } from 'async-cassandra';
import { connectionFromEnvironment } from 'embedded-cassandra';

/** Schema changes wait for disks that may be busy. */
const SCHEMA_TIMEOUT_MS = 60_000;

/** How to reach the suite's cluster, which `global-setup.ts` has started or the environment names. */
export function clusterOptions(options: ClusterOptions = {}): ClusterOptions {
  const target = connectionFromEnvironment();
  assert.ok(target !== null, 'Set CASSANDRA_CONTACT_POINTS, or run the file by `npm run test:integration -- <file>`');
  return { ...target, ...options };
}

/** A client of the suite's cluster. */
export function openCluster(options?: ClusterOptions): AsyncCluster {
  return new AsyncCluster(clusterOptions(options));
}

/** The address of one of the suite's nodes. */
export function firstNode(): { readonly host: string; readonly port: number } {
  const [first = ''] = clusterOptions().contactPoints ?? [];
  const colon = first.lastIndexOf(':');
  return colon < 0
    ? { host: first, port: 9042 }
    : { host: first.slice(0, colon), port: Number(first.slice(colon + 1)) };
}

/** A name that no other test uses. */
export function uniqueName(prefix: string): string {
  return `${prefix}_${randomBytes(5).toString('hex')}`;
}

/** Executes statements one after the other, with the time that schema changes may take. */
export async function executeAll(session: AsyncCassandraSession, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await session.execute(statement, undefined, { timeoutMs: SCHEMA_TIMEOUT_MS });
}

/** A keyspace for one file of tests, made by a client of its own. */
export class TestKeyspace {
  readonly name: string = uniqueName('it');
  readonly #schema: readonly string[];

  /** @param schema - statements that make what the tests need; unqualified names are those of the keyspace */
  constructor(schema: readonly string[] = []) {
    this.#schema = schema;
  }

  async create(): Promise<void> {
    await using cluster = openCluster();
    const session = await cluster.connect();
    await executeAll(session, [
      `CREATE KEYSPACE ${this.name} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    ]);
    await session.setKeyspace(this.name);
    await executeAll(session, this.#schema);
  }

  async drop(): Promise<void> {
    await using cluster = openCluster();
    await executeAll(await cluster.connect(), [`DROP KEYSPACE IF EXISTS ${this.name}`]);
  }
}
