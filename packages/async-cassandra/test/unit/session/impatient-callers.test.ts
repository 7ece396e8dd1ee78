import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AsyncCluster } from '../../../src/client/cluster.ts';
import type { ClusterOptions } from '../../../src/client/cluster-options.ts';
import { NoHostAvailableError, QueueFullError } from '../../../src/errors/index.ts';
import { ConstantReconnectionPolicy } from '../../../src/policies/index.ts';
import type { AsyncCassandraSession } from '../../../src/session/index.ts';
import { delayed, ScriptedCluster, voidResult } from '../../support/index.ts';

// On real sockets and in real time: in virtual time nothing passes while callers try again.

const INSERT = 'INSERT INTO ks.t (k) VALUES (1)';
/** More than fail in the time that nodes or room need to be back. */
const MOST_TRIES = 100_000;

async function start(
  options: ClusterOptions,
): Promise<AsyncDisposable & { servers: ScriptedCluster; session: AsyncCassandraSession }> {
  const servers = await ScriptedCluster.start({ nodes: 1, logLimit: 0 });
  servers.when(INSERT, delayed(2, voidResult()));
  const cluster = new AsyncCluster({
    contactPoints: servers.contactPoints,
    localDataCenter: 'datacenter1',
    reconnectionPolicy: new ConstantReconnectionPolicy({ delayMs: 5 }),
    ...options,
  });
  const session = await cluster.connect();
  return {
    servers,
    session,
    async [Symbol.asyncDispose](): Promise<void> {
      await cluster.shutdown();
      await servers.stop();
    },
  };
}

/** Tries again as soon as it has failed, as nobody should; in microtasks alone that would go on for ever. */
async function insist(session: AsyncCassandraSession, expected: new (...args: never[]) => Error): Promise<number> {
  for (let tries = 1; ; tries++) {
    try {
      await session.execute(INSERT);
      return tries;
    } catch (error) {
      assert.ok(error instanceof expected, String(error));
      if (tries === MOST_TRIES) throw new Error('Nothing else has had its turn', { cause: error });
    }
  }
}

describe('callers that try again at once', () => {
  it('should not keep the nodes from coming back', async () => {
    await using on = await start({});
    for (const server of on.servers.nodes) server.closeConnections('reset');
    while (on.session.state.openConnections > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const tries = await Promise.all([1, 2, 3].map(() => insist(on.session, NoHostAvailableError)));
    assert.ok(Math.max(...tries) > 1, `${tries.join(', ')} tries`);
  });

  it('should not keep the queue from getting shorter', async () => {
    await using on = await start({ limits: { maxInFlight: 1, maxQueued: 1 } });
    const tries = await Promise.all([1, 2, 3, 4].map(() => insist(on.session, QueueFullError)));
    assert.ok(Math.max(...tries) > 1, `${tries.join(', ')} tries`);
  });
});
