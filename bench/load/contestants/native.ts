import { pathToFileURL } from 'node:url';
import type * as AsyncCassandra from 'async-cassandra';
import type { ClientSpec } from '../spec.ts';
import { FETCH_SIZE, KEY, STATEMENTS, USER, type Workload } from '../workloads.ts';
import { type Client, type Contestant, touch } from './contestant.ts';

/** The driver of this repository, as it is built. */
export const native: Contestant = async ({ driver }) => {
  const library = (await import(pathToFileURL(driver).href)) as typeof AsyncCassandra;
  return (spec) => connect(library, spec);
};

async function connect(library: typeof AsyncCassandra, spec: ClientSpec): Promise<Client> {
  const { AsyncCluster, PercentileSpeculativeExecutionPolicy } = library;
  const cluster = new AsyncCluster({
    contactPoints: [`${spec.host}:${spec.port}`],
    localDataCenter: spec.dataCenter,
    protocolVersion: spec.protocol,
    compression: spec.compression,
    ...(spec.speculates ? { speculativeExecutionPolicy: new PercentileSpeculativeExecutionPolicy() } : {}),
  });
  const session = await cluster.connect();
  return {
    operation: (workload) => operation(session, workload),
    close: () => cluster.shutdown(),
  };
}

async function operation(
  session: AsyncCassandra.AsyncCassandraSession,
  workload: Workload,
): Promise<() => Promise<unknown>> {
  const statement = await session.prepare(STATEMENTS[workload], { idempotent: true });
  switch (workload) {
    case 'w1':
      return async () => {
        const row = (await session.execute(statement, [KEY])).one();
        touch(row?.['id']);
        touch(row?.['name']);
        touch(row?.['email']);
        touch(row?.['age']);
        touch(row?.['created']);
      };
    case 'w2':
      return () => session.execute(statement, [KEY, USER.name, USER.email, USER.age, USER.created]);
    case 'w3':
      return async () => {
        const stream = await session.executeStream(statement, [KEY], { fetchSize: FETCH_SIZE });
        for await (const page of stream.pages()) {
          for (const row of page) {
            touch(row['pk']);
            touch(row['ck']);
            touch(row['seq']);
            touch(row['score']);
            touch(row['payload']);
            touch(row['flag']);
            touch(row['at']);
          }
        }
      };
    case 'w4':
      return async () => {
        const row = (await session.execute(statement, [KEY])).one();
        touch(row?.['tags']);
        touch(row?.['attrs']);
        touch(row?.['vals']);
      };
  }
}
