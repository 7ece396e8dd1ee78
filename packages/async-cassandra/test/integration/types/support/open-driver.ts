import { Client } from 'cassandra-driver';
import { clusterOptions } from '../../support/test-cluster.ts';

/** A client of cassandra-driver in a keyspace, with collections and integers as this package reads them. */
export function openDriver(keyspace: string): Client {
  const { contactPoints = [], localDataCenter = '', credentials } = clusterOptions();
  return new Client({
    contactPoints: [...contactPoints],
    localDataCenter,
    keyspace,
    ...(credentials === undefined ? {} : { credentials: { ...credentials } }),
    encoding: { map: Map, set: Set, useBigIntAsLong: true, useBigIntAsVarint: true },
  });
}
