/** How to reach a cluster that exists. */
export interface CassandraConnection {
  /** `address` or `address:port` */
  readonly contactPoints: readonly string[];
  readonly localDataCenter: string | undefined;
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
}

/** A cluster that can be connected to: an `EmbeddedCluster`, or what is known of another. */
export interface Connectable {
  readonly contactPoints: readonly string[];
  readonly localDataCenter: string;
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
}

/**
 * The cluster that `CASSANDRA_CONTACT_POINTS` names (separated by commas), with `CASSANDRA_DATA_CENTER`,
 * `CASSANDRA_USER` and `CASSANDRA_PASSWORD`; null when it names none. For tests and examples that start their own
 * cluster unless they are given one:
 *
 *     const cluster = connectionFromEnvironment() ?? (await EmbeddedCluster.start());
 */
export function connectionFromEnvironment(environment: NodeJS.ProcessEnv = process.env): CassandraConnection | null {
  const contactPoints = (environment['CASSANDRA_CONTACT_POINTS'] ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  if (contactPoints.length === 0) return null;
  const username = environment['CASSANDRA_USER'] ?? '';
  return {
    contactPoints,
    localDataCenter: environment['CASSANDRA_DATA_CENTER'] || undefined,
    credentials: username === '' ? undefined : { username, password: environment['CASSANDRA_PASSWORD'] ?? '' },
  };
}

/** The same variables, as another process needs them to use this cluster. */
export function environmentOf(cluster: Connectable): Record<string, string> {
  const { contactPoints, localDataCenter, credentials } = cluster;
  return {
    CASSANDRA_CONTACT_POINTS: contactPoints.join(','),
    CASSANDRA_DATA_CENTER: localDataCenter,
    ...(credentials === undefined
      ? {}
      : { CASSANDRA_USER: credentials.username, CASSANDRA_PASSWORD: credentials.password }),
  };
}
