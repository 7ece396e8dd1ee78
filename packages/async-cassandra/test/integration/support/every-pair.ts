import { after, before, describe } from 'node:test';
import type {
  AsyncCassandraSession,
  AsyncCluster,
  ClusterOptions,
  Compression,
  ProtocolVersion,
} from 'async-cassandra';
import { openCluster, TestKeyspace } from './test-cluster.ts';

/** A version of the protocol and a compression that goes with it. */
export interface Pair {
  readonly protocolVersion: ProtocolVersion;
  readonly compression: Compression;
}

/** All that there are. */
export const pairs: readonly Pair[] = [
  { protocolVersion: 5, compression: 'none' },
  { protocolVersion: 5, compression: 'lz4' },
  { protocolVersion: 4, compression: 'none' },
  { protocolVersion: 4, compression: 'lz4' },
  { protocolVersion: 4, compression: 'snappy' },
];

/** What the tests of one pair share: a client and a session in the file's keyspace. */
export class PairContext {
  readonly pair: Pair;
  readonly keyspace: string;
  readonly #clusters: AsyncCluster[] = [];
  #session: AsyncCassandraSession | null = null;
  #nextKey = 0;

  constructor(pair: Pair, keyspace: string) {
    this.pair = pair;
    this.keyspace = keyspace;
  }

  /** The session that the tests of this pair share. */
  get session(): AsyncCassandraSession {
    if (this.#session === null) throw new Error('The session is open in tests only');
    return this.#session;
  }

  get isV5(): boolean {
    return this.pair.protocolVersion === 5;
  }

  /** A partition key that no other test of the file has. */
  key(): string {
    return `v${this.pair.protocolVersion} ${this.pair.compression} ${this.#nextKey++}`;
  }

  /** One more client of this pair; closed after the tests at the latest. */
  client(options: ClusterOptions = {}): AsyncCluster {
    const cluster = openCluster({ ...this.pair, ...options });
    this.#clusters.push(cluster);
    return cluster;
  }

  /** A session with a client of its own. */
  async anotherSession(options: ClusterOptions = {}): Promise<AsyncCassandraSession> {
    return await this.client(options).connect(this.keyspace);
  }

  async open(): Promise<void> {
    this.#session = await this.anotherSession();
  }

  async close(): Promise<void> {
    await Promise.all(this.#clusters.map((cluster) => cluster.shutdown()));
  }
}

/** Defines the same tests for each pair of version and compression, on a keyspace of their own. */
export function describeOnEveryPair(
  subject: string,
  schema: readonly string[],
  define: (context: PairContext) => void,
): void {
  describe(subject, () => {
    const keyspace = new TestKeyspace(schema);
    before(() => keyspace.create());
    after(() => keyspace.drop());
    for (const pair of pairs) {
      describe(`on v${pair.protocolVersion} with compression ${pair.compression}`, () => {
        const context = new PairContext(pair, keyspace.name);
        before(() => context.open());
        after(() => context.close());
        define(context);
      });
    }
  });
}
