import { after, before } from 'node:test';
import type { AsyncCassandraSession, AsyncCluster, ClusterOptions, ProtocolVersion } from 'async-cassandra';
import { openCluster, TestKeyspace } from '../../support/test-cluster.ts';

/** A client of one version, with or without generated code. */
export interface Way {
  readonly name: string;
  readonly cluster: AsyncCluster;
  readonly session: AsyncCassandraSession;
}

const versions: readonly ProtocolVersion[] = [5, 4];

/** Clients of both versions, with generated code and without. */
export async function everyWay(keyspace: string, options: ClusterOptions = {}): Promise<readonly Way[]> {
  return await Promise.all(
    versions.flatMap((protocolVersion) =>
      [true, false].map(async (codeGeneration): Promise<Way> => {
        const encoding = { ...options.encoding, codeGeneration };
        const cluster = openCluster({ ...options, protocolVersion, encoding });
        const session = await cluster.connect(keyspace);
        return { name: `v${protocolVersion}, ${codeGeneration ? 'generated' : 'interpreted'}`, cluster, session };
      }),
    ),
  );
}

/** Shuts down the clients of all ways. */
export async function shutdownWays(ways: readonly Way[]): Promise<void> {
  await Promise.all(ways.map((way) => way.cluster.shutdown()));
}

/** A keyspace and clients of it in every way, which are there while the tests run of the group that calls this. */
export function setUpEveryWay(schema: readonly string[] = []): {
  readonly keyspace: TestKeyspace;
  readonly ways: readonly Way[];
} {
  const keyspace = new TestKeyspace(schema);
  const ways: Way[] = [];
  before(async () => {
    await keyspace.create();
    ways.push(...(await everyWay(keyspace.name)));
  });
  after(async () => {
    await shutdownWays(ways);
    await keyspace.drop();
  });
  return { keyspace, ways };
}
