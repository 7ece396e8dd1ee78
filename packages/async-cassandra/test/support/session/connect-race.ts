import assert from 'node:assert/strict';
import { AsyncCluster } from '../../../src/client/cluster.ts';
import { AsyncCassandraError } from '../../../src/errors/index.ts';
import type { AsyncCassandraSession } from '../../../src/session/index.ts';
import {
  byDefault,
  closeConnection,
  delayed,
  dynamic,
  error,
  type Matcher,
  MemoryNetwork,
  never,
  passwordAuth,
  ScriptedCluster,
  SeededRandom,
  VirtualClock,
  voidResult,
} from '../index.ts';

/** All that is asked between the first packet and a session: each may fail, be slow, or never be answered. */
export const connectStages: Readonly<Record<string, Matcher>> = {
  OPTIONS: { opcode: 'OPTIONS' },
  STARTUP: { opcode: 'STARTUP' },
  AUTH_RESPONSE: { opcode: 'AUTH_RESPONSE' },
  REGISTER: { opcode: 'REGISTER' },
  'system.local': /system\.local/,
  'system.peers': /system\.peers/,
  'system_schema.keyspaces': /system_schema\.keyspaces/,
  USE: /^USE/,
};

const credentials = { username: 'ada', password: 'secret' };

/**
 * One history of up to four `connect()` at the same cluster, with faults at every stage, links that are cut, and
 * `shutdown()` at a random moment. While no session is open, nothing may be: neither after a failure nor after the end.
 */
export async function raceConnect(seed: number): Promise<void> {
  const random = new SeededRandom(seed);
  const clock = new VirtualClock();
  const network = new MemoryNetwork({ timers: clock, random, conditions: { latencyMs: random.int(0, 3) } });
  const servers = await ScriptedCluster.start({
    network,
    nodes: random.int(1, 3),
    firstAddress: '10.0.0.1',
    versions: random.pick([[4], [4, 5]]),
    auth: passwordAuth({ [credentials.username]: credentials.password }),
  });
  servers.schema.addKeyspace('ks');
  const badly = random.pick([0, 0.1, 0.5, 1]);
  for (const matcher of random.shuffle(Object.values(connectStages)).slice(0, random.int(0, 3))) {
    const bad = [error('serverError'), error('overloaded'), never(), closeConnection('reset'), voidResult()];
    servers.when(
      matcher,
      delayed(
        () => random.int(0, 20),
        dynamic(() => (random.chance(badly) ? random.pick(bad) : byDefault())),
      ),
    );
  }
  const cluster = new AsyncCluster(
    {
      contactPoints: servers.contactPoints,
      localDataCenter: 'datacenter1',
      credentials,
      connectTimeoutMs: random.pick([30, 500]),
      pooling: { connectionsPerNode: random.int(1, 3) },
    },
    network.seams,
  );
  const left = (): { readonly links: number; readonly timers: number } => ({
    links: network.openLinks().length,
    timers: clock.pending,
  });
  const outcomes: Promise<AsyncCassandraSession | Error>[] = [];
  for (let count = random.int(1, 4); count > 0; count--) {
    outcomes.push(
      cluster.connect(random.pick([undefined, 'ks', 'missing'])).catch((reason: unknown) => asError(reason)),
    );
    if (random.chance(0.5)) await clock.advance(random.int(1, 30));
    if (random.chance(0.2)) network.openLinks()[0]?.cut();
  }
  const all = Promise.all(outcomes);
  if (random.chance(0.4)) {
    // Nobody shuts down: if all fail, all has to be gone by itself.
    const settled = await clock.settle(all, 60_000);
    if (settled.every((outcome) => outcome instanceof Error)) {
      // Servers that are slow find out later that nobody waits.
      await clock.advance(30);
      assert.deepEqual(left(), { links: 0, timers: 0 }, 'after a connect() that failed');
    }
  } else await clock.advance(random.int(0, 80));
  await clock.settle(cluster.shutdown(random.pick([undefined, { drainTimeoutMs: 0 }])), 60_000);
  for (const outcome of await clock.settle(all, 20)) {
    if (outcome instanceof Error) assert.ok(outcome instanceof AsyncCassandraError, outcome.stack);
    else assert.equal(outcome.closed, true);
  }
  assert.equal(cluster.activeOperations, 0);
  await servers.stop();
  await clock.advance(10);
  assert.deepEqual(left(), { links: 0, timers: 0 }, 'after shutdown()');
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('It rejected with a value that is no error');
}
