import { connectionFromEnvironment, EmbeddedCluster, environmentOf } from 'embedded-cassandra';
import type { GlobalSetup } from '../../../../scripts/lib/global-setup.ts';

/** The whole suite runs on one node, unless `CASSANDRA_CONTACT_POINTS` names a cluster. */
export async function setup(): Promise<GlobalSetup> {
  const existing = connectionFromEnvironment();
  if (existing !== null) {
    process.stdout.write(`Using the cluster at ${existing.contactPoints.join(', ')}\n`);
    return { teardown: () => Promise.resolve() };
  }
  const cluster = await EmbeddedCluster.start();
  process.stdout.write(
    `Cassandra ${cluster.version} at ${cluster.contactPoints.join(', ')}, ready after ${(cluster.readyAfterMs / 1_000).toFixed(1)} s\n`,
  );
  return { env: environmentOf(cluster), teardown: () => cluster.stop() };
}
