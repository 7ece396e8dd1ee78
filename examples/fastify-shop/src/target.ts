import type { ClusterOptions } from 'async-cassandra';
import { connectionFromEnvironment, EmbeddedCluster } from 'embedded-cassandra';

/** The cluster that the service works on. */
export interface Target extends AsyncDisposable {
  readonly options: ClusterOptions;
}

/** The cluster that the environment names, or a node of its own. */
export async function openTarget(signal: AbortSignal): Promise<Target> {
  const existing = connectionFromEnvironment();
  if (existing !== null) return { options: existing, [Symbol.asyncDispose]: () => Promise.resolve() };
  console.log('Starting a Cassandra node of its own; set CASSANDRA_CONTACT_POINTS to use yours');
  const cluster = await EmbeddedCluster.start({ signal });
  const { contactPoints, localDataCenter } = cluster;
  return { options: { contactPoints, localDataCenter }, [Symbol.asyncDispose]: () => cluster.stop() };
}
