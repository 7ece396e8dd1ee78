import { createRequire } from 'node:module';
import type * as CassandraDriver from 'cassandra-driver';
import type { ClientSpec } from '../spec.ts';
import { FETCH_SIZE, KEY, STATEMENTS, USER, type Workload } from '../workloads.ts';
import { type Client, type Contestant, touch } from './contestant.ts';

/** npm `cassandra-driver`, with its defaults: it speaks version 4 at most. */
export const reference: Contestant = async () => {
  const library = createRequire(import.meta.url)('cassandra-driver') as typeof CassandraDriver;
  return (spec) => connect(library, spec);
};

async function connect(library: typeof CassandraDriver, spec: ClientSpec): Promise<Client> {
  const client = new library.Client({
    contactPoints: [`${spec.host}:${spec.port}`],
    localDataCenter: spec.dataCenter,
    // The port is that of all nodes: it does not read the table that says the port of each.
    protocolOptions: { maxVersion: 4, port: spec.port },
    ...(spec.hasRaisedLimits ? { pooling: { maxRequestsPerConnection: 32_768 } } : {}),
  });
  await client.connect();
  const down = client.hosts.values().filter((host) => !host.isUp());
  if (down.length > 0)
    throw new Error(`cassandra-driver does not reach ${down.map(({ address }) => address).join(', ')}`);
  const key = library.types.Uuid.fromString(KEY);
  return {
    operation: async (workload) => operation(client, key, workload),
    close: () => client.shutdown(),
  };
}

function operation(client: CassandraDriver.Client, key: unknown, workload: Workload): () => Promise<unknown> {
  const options = { prepare: true };
  switch (workload) {
    case 'w1':
      return async () => {
        const [row] = (await client.execute(STATEMENTS.w1, [key], options)).rows;
        touch(row?.['id']);
        touch(row?.['name']);
        touch(row?.['email']);
        touch(row?.['age']);
        touch(row?.['created']);
      };
    case 'w2':
      return () => client.execute(STATEMENTS.w2, [key, USER.name, USER.email, USER.age, USER.created], options);
    case 'w3':
      return async () => {
        for (let pageState: string | undefined; ; ) {
          const result = await client.execute(STATEMENTS.w3, [key], {
            prepare: true,
            fetchSize: FETCH_SIZE,
            ...(pageState === undefined ? {} : { pageState }),
          });
          for (const row of result.rows) {
            touch(row['pk']);
            touch(row['ck']);
            touch(row['seq']);
            touch(row['score']);
            touch(row['payload']);
            touch(row['flag']);
            touch(row['at']);
          }
          if (!result.pageState) return;
          pageState = result.pageState;
        }
      };
    case 'w4':
      return async () => {
        const [row] = (await client.execute(STATEMENTS.w4, [key], options)).rows;
        touch(row?.['tags']);
        touch(row?.['attrs']);
        touch(row?.['vals']);
      };
  }
}
