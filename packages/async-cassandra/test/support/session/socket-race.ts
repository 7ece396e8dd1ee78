import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { AsyncCluster } from '../../../src/client/cluster.ts';
import { ConstantReconnectionPolicy } from '../../../src/policies/index.ts';
import { ScriptedCluster, SchemaModel, SeededRandom, t } from '../index.ts';
import { Outcomes } from './outcomes.ts';
import { answerMoodily, clusterOperations, sessionOperations } from './race-operations.ts';

const sockets = (): number => process.getActiveResourcesInfo().filter((name) => /^TCP/.test(name)).length;

/**
 * As `raceWithClose`, on real sockets and in real time: `count` operations on a session and its cluster of three nodes,
 * which lose connections and forget statements meanwhile, and `close()` or `shutdown()` somewhere among them.
 * @returns how many ended by a result, and by each kind of error
 */
export async function raceOnSockets(seed: number, count: number): Promise<ReadonlyMap<string, number>> {
  const random = new SeededRandom(seed);
  const schema = new SchemaModel();
  schema.addTable('ks', 't', { k: t.int });
  const before = sockets();
  const servers = await ScriptedCluster.start({ nodes: 3, schema, versions: [random.pick([4, 5])], logLimit: 0 });
  answerMoodily(servers, random, 3, 0.99);
  const cluster = new AsyncCluster({
    contactPoints: servers.contactPoints,
    localDataCenter: 'datacenter1',
    // Lost connections are back at once, or most would find no node.
    reconnectionPolicy: new ConstantReconnectionPolicy({ delayMs: 5 }),
    requestTimeoutMs: random.pick([100, 30_000]),
    pooling: { connectionsPerNode: random.int(1, 2), maxRequestsPerConnection: random.pick([100, 1000]) },
    limits: { maxInFlight: random.pick([100, 2000]), maxQueued: random.pick([500, 100_000]) },
  });
  const session = await cluster.connect('ks');
  const ofSession = new Outcomes();
  const ofCluster = new Outcomes();
  const closesCluster = random.chance(0.5);
  const drainTimeoutMs = random.pick([0, 10, 300]);
  const closeAt = random.int(count / 4, count);
  let controller = new AbortController();
  let closing: Promise<void> | null = null;
  for (let begun = 0; begun < count; begun++) {
    if (random.chance(0.003)) ofCluster.begin(() => random.pick(clusterOperations)(cluster));
    else ofSession.begin(() => random.pick(sessionOperations)(session, controller.signal));
    if (begun === closeAt)
      closing = closesCluster ? cluster.shutdown({ drainTimeoutMs }) : session.close({ drainTimeoutMs });
    // No more than some hundreds at a time, as many as a busy service has.
    do if (random.chance(0.1) || ofSession.begun - ofSession.settled > 500) await turn();
    while (ofSession.begun - ofSession.settled > 500);
    if (random.chance(0.005)) {
      controller.abort('enough');
      controller = new AbortController();
    }
    if (random.chance(0.002)) servers.node(random.int(0, 2)).forgetPrepared();
    if (random.chance(0.002)) [...servers.node(random.int(0, 2)).connections][0]?.close('reset');
  }
  await (closing ?? session.close({ drainTimeoutMs }));
  const begunAt = performance.now();
  const counts = await ofSession.check();
  // Closing has ended everything: nothing runs into the 30 s of its own deadline.
  assert.ok(performance.now() - begunAt < 5_000, 'Operations outlived their session');
  const { activeOperations, inFlight, queued, openStreams, openConnections } = session.state;
  assert.deepEqual([activeOperations, inFlight, queued, openStreams, openConnections], [0, 0, 0, 0, 0]);
  await cluster.shutdown({ drainTimeoutMs: 0 });
  await ofCluster.check();
  assert.equal(cluster.activeOperations, 0);
  await servers.stop();
  assert.deepEqual(servers.faults, []);
  for (let waited = 0; sockets() > before && waited < 1_000; waited++) await turn();
  assert.equal(sockets(), before, 'sockets are left');
  assert.ok(!process.getActiveResourcesInfo().includes('Timeout'), 'timers are left');
  return counts;
}
