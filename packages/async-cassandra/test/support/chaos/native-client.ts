import {
  AsyncCluster,
  type AsyncCassandraSession,
  type ClusterOptions,
  ExponentialReconnectionPolicy,
  FixedAddressTranslator,
  type Params,
  type PreparedStatement,
} from 'async-cassandra';
import type { ChaosRing } from './chaos-ring.ts';
import { type Answer, type Contestant, keyspace, type LoadClient, statements, valueOf } from './load-client.ts';

type Prepared = Readonly<Record<keyof typeof statements, PreparedStatement>>;

const DEADLINE_MS = 5_000;

/** This driver, with the times that all contestants have, and whatever `options` add. */
export function nativeContestant(name: string, options: ClusterOptions = {}): Contestant {
  return { name, connect: (ring) => NativeClient.connect(name, ring, options) };
}

class NativeClient implements LoadClient {
  readonly name: string;
  readonly deadlineMs = DEADLINE_MS;
  readonly #cluster: AsyncCluster;
  readonly #session: AsyncCassandraSession;
  readonly #prepared: Prepared;
  /** The proxies, by what the driver calls their nodes: results name nodes as the metadata does. */
  readonly #proxies: ReadonlyMap<string | undefined, string>;

  private constructor(
    name: string,
    ring: ChaosRing,
    cluster: AsyncCluster,
    session: AsyncCassandraSession,
    prepared: Prepared,
  ) {
    this.name = name;
    this.#proxies = new Map(ring.nodes.map(({ node, proxy }) => [`${node.address}:${node.port}`, proxy.contactPoint]));
    this.#cluster = cluster;
    this.#session = session;
    this.#prepared = prepared;
  }

  static async connect(name: string, ring: ChaosRing, options: ClusterOptions): Promise<LoadClient> {
    const cluster = new AsyncCluster({
      contactPoints: ring.contactPoints,
      localDataCenter: ring.localDataCenter,
      addressTranslator: new FixedAddressTranslator({ addresses: ring.detours }),
      consistency: 'QUORUM',
      attemptTimeoutMs: 1_000,
      requestTimeoutMs: DEADLINE_MS,
      reconnectionPolicy: new ExponentialReconnectionPolicy({ baseDelayMs: 1_000, maxDelayMs: 5_000 }),
      ...options,
    });
    try {
      const session = await cluster.connect(keyspace);
      const prepared: Prepared = {
        write: await session.prepare(statements.write, { idempotent: true }),
        read: await session.prepare(statements.read, { idempotent: true }),
        append: await session.prepare(statements.append),
        increment: await session.prepare(statements.increment),
      };
      return new NativeClient(name, ring, cluster, session, prepared);
    } catch (error) {
      await cluster.shutdown();
      throw error;
    }
  }

  write(row: number): Promise<Answer> {
    return this.#run('write', [this.name, row, valueOf(row)]);
  }

  read(row: number): Promise<Answer> {
    return this.#run('read', [this.name, row]);
  }

  append(row: number, item: number): Promise<Answer> {
    return this.#run('append', [[item], this.name, row]);
  }

  increment(row: number): Promise<Answer> {
    return this.#run('increment', [this.name, row]);
  }

  close(): Promise<void> {
    return this.#cluster.shutdown();
  }

  async #run(statement: keyof Prepared, values: Params): Promise<Answer> {
    const result = await this.#session.execute(this.#prepared[statement], values);
    return { coordinator: this.#proxies.get(result.executionInfo.coordinator), value: result.first()?.['value'] };
  }
}
