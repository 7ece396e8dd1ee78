import type { AsyncCassandraSession, AsyncCluster, ClusterOptions, ProtocolVersion } from 'async-cassandra';
import { openCluster } from '../../support/test-cluster.ts';

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
