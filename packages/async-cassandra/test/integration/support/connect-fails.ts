import assert from 'node:assert/strict';
import { AsyncCassandraError, AsyncCluster, type ClusterOptions, NoHostAvailableError } from 'async-cassandra';

/** Connects where nobody lets us in. @returns the error, or that of the one node that was tried */
export async function connectFails(options: ClusterOptions): Promise<AsyncCassandraError> {
  const cluster = new AsyncCluster(options);
  let caught: unknown = null;
  try {
    await cluster.connect();
  } catch (error) {
    caught = error;
  } finally {
    await cluster.shutdown();
  }
  assert.ok(caught instanceof AsyncCassandraError, `Connecting: ${String(caught)}`);
  if (!(caught instanceof NoHostAvailableError)) return caught;
  assert.equal(caught.outcome, 'notSent');
  const errors = Object.values(caught.errors);
  assert.equal(errors.length, 1);
  return errors[0] as AsyncCassandraError;
}
