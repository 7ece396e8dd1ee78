import * as cassandra from 'cassandra-driver';
import type { ChaosRing } from './chaos-ring.ts';
import { type Answer, type Contestant, keyspace, type LoadClient, statements, valueOf } from './load-client.ts';

/** It has a time for each attempt and none for the whole: four attempts, and some time to find the nodes. */
const DEADLINE_MS = 8_000;

/** cassandra-driver, with the same times. */
export function referenceContestant(
  name: string,
  policies: Partial<cassandra.ClientOptions['policies']> = {},
): Contestant {
  return { name, connect: (ring) => ReferenceClient.connect(name, ring, policies) };
}

/** A client of cassandra-driver that goes around the proxies, to look at what is in the cluster. */
export function directClient(ring: ChaosRing): cassandra.Client {
  return new cassandra.Client({
    contactPoints: ring.cluster.nodes.map(({ address }) => address),
    protocolOptions: { port: ring.cluster.nodes[0]?.port ?? 0 },
    localDataCenter: ring.localDataCenter,
    socketOptions: { readTimeout: 60_000 },
    queryOptions: { consistency: cassandra.types.consistencies.quorum, prepare: true },
  });
}

/** Leads to the proxies. Its base is the one translator that the driver's types know as a class, which it insists on. */
class Detour extends cassandra.policies.addressResolution.EC2MultiRegionTranslator {
  readonly #detours: ChaosRing['detours'];

  constructor(ring: ChaosRing) {
    super();
    this.#detours = ring.detours;
  }

  override translate(address: string, port: number, callback: (endPoint: string) => void): void {
    callback(this.#detours[address] ?? `${address}:${port}`);
  }
}

interface Closeable {
  shutdown(waitForPending: boolean): Promise<void>;
}

class ReferenceClient implements LoadClient {
  readonly name: string;
  readonly deadlineMs = DEADLINE_MS;
  readonly #client: cassandra.Client;
  readonly #hosts: Set<cassandra.Host>;

  private constructor(name: string, client: cassandra.Client) {
    this.name = name;
    this.#client = client;
    this.#hosts = new Set(client.hosts.values());
    client.on('hostAdd', (host: cassandra.Host) => this.#hosts.add(host));
  }

  static async connect(
    name: string,
    ring: ChaosRing,
    policies: Partial<cassandra.ClientOptions['policies']>,
  ): Promise<LoadClient> {
    const client = new cassandra.Client({
      contactPoints: ring.contactPoints,
      localDataCenter: ring.localDataCenter,
      protocolOptions: { port: ring.cluster.nodes[0]?.port ?? 0 },
      keyspace,
      socketOptions: { readTimeout: 1_000 },
      queryOptions: { consistency: cassandra.types.consistencies.quorum, prepare: true },
      policies: {
        addressResolution: new Detour(ring),
        reconnection: new cassandra.policies.reconnection.ExponentialReconnectionPolicy(1_000, 5_000, false),
        ...policies,
      },
    });
    await client.connect();
    return new ReferenceClient(name, client);
  }

  write(row: number): Promise<Answer> {
    return this.#run('write', [this.name, row, valueOf(row)], true);
  }

  read(row: number): Promise<Answer> {
    return this.#run('read', [this.name, row], true);
  }

  append(row: number, item: number): Promise<Answer> {
    return this.#run('append', [[item], this.name, row], false);
  }

  increment(row: number): Promise<Answer> {
    return this.#run('increment', [this.name, row], false);
  }

  async close(): Promise<void> {
    await this.#client.shutdown();
    // It forgets to end hosts that it took for removed, whose timers would keep the process alive.
    await Promise.all([...this.#hosts].map((host) => (host as unknown as Closeable).shutdown(false)));
  }

  async #run(statement: keyof typeof statements, values: unknown[], isIdempotent: boolean): Promise<Answer> {
    const result = await this.#client.execute(statements[statement], values, { isIdempotent });
    return { coordinator: result.info.queriedHost, value: result.first()?.['value'] as unknown };
  }
}
