import { connectionFromEnvironment, EmbeddedCluster, environmentOf } from 'embedded-cassandra';
import type { GlobalSetup } from '../../../../scripts/lib/global-setup.ts';

/** The whole suite runs on one node, unless `CASSANDRA_CONTACT_POINTS` names a cluster. */
export async function setup(): Promise<GlobalSetup> {
  if (connectionFromEnvironment() !== null) return { teardown: () => Promise.resolve() };
  const cluster = await EmbeddedCluster.start();
  return { env: environmentOf(cluster), teardown: () => cluster.stop() };
}
