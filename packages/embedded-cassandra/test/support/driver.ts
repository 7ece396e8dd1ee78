import type { EmbeddedCluster } from '../../src/index.ts';
import { auth, Client, type ClientOptions, types } from 'cassandra-driver';

export { types };

/** An independent client (the DataStax driver) for one node of the cluster. */
export function driverFor(cluster: EmbeddedCluster, node = 0): Client {
  return new Client(driverOptions(cluster, node));
}

/** The options of that client, to change some of them. */
export function driverOptions(cluster: EmbeddedCluster, node = 0): ClientOptions {
  const { credentials, tls, nodes } = cluster;
  const target = nodes[node];
  if (target === undefined) throw new RangeError(`No node ${node}`);
  return {
    contactPoints: [String(target)],
    localDataCenter: target.dataCenter,
    protocolOptions: { port: target.port },
    socketOptions: { readTimeout: 30_000 },
    ...(credentials === undefined
      ? {}
      : { authProvider: new auth.PlainTextAuthProvider(credentials.username, credentials.password) }),
    ...(tls === undefined
      ? {}
      : { sslOptions: { ca: [tls.ca], cert: tls.cert, key: tls.key, host: target.address, rejectUnauthorized: true } }),
  };
}
