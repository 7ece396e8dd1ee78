import assert from 'node:assert/strict';
import { ConstantSpeculativeExecutionPolicy } from '../../../src/policies/index.ts';
import { SchemaModel, SeededRandom, t } from '../index.ts';
import { Outcomes } from './outcomes.ts';
import { answerMoodily, clusterOperations, sessionOperations } from './race-operations.ts';
import { SessionHarness } from './session-harness.ts';

/** A harness whose every bound may be the one that is met. */
function startHarness(random: SeededRandom): Promise<SessionHarness> {
  const schema = new SchemaModel();
  schema.addTable('ks', 't', { k: t.int });
  return SessionHarness.start({
    servers: { schema },
    nodes: random.int(1, 3),
    versions: [random.pick([4, 5])],
    keyspace: 'ks',
    latencyMs: random.int(0, 3),
    seed: random.int(1, 1e9),
    cluster: {
      requestTimeoutMs: random.pick([50, 300, 30_000]),
      pooling: { connectionsPerNode: random.int(1, 2), maxRequestsPerConnection: random.pick([3, 1000]) },
      limits: { maxInFlight: random.pick([4, 1000]), maxQueued: random.pick([5, 1000]), maxOrphaned: 8 },
      ...(random.chance(0.3)
        ? { speculativeExecutionPolicy: new ConstantSpeculativeExecutionPolicy({ delayMs: random.int(1, 20) }) }
        : {}),
    },
  });
}

/**
 * One history: up to 50 operations, faults of nodes and network, aborts, and at a random moment `close()` of the session
 * or `shutdown()` of its cluster. Every promise has to settle as a result or as a typed error, and nothing may be left.
 */
export async function raceWithClose(seed: number): Promise<void> {
  const random = new SeededRandom(seed);
  const h = await startHarness(random);
  answerMoodily(h.servers, random, 40);
  const controllers = Array.from({ length: 3 }, () => new AbortController());
  const ofSession = new Outcomes();
  const ofCluster = new Outcomes();
  const closesCluster = random.chance(0.4);
  const close = (): Promise<void> => {
    const options = random.pick([undefined, { drainTimeoutMs: 0 }, { drainTimeoutMs: 10 }, { drainTimeoutMs: 5000 }]);
    return closesCluster ? h.cluster.shutdown(options) : h.session.close(options);
  };
  const closeAt = random.int(0, 150);
  let closing: Promise<void> | null = null;
  for (let count = random.int(1, 50), at = 0; count > 0; count--) {
    if (random.chance(0.1)) ofCluster.begin(() => random.pick(clusterOperations)(h.cluster));
    else ofSession.begin(() => random.pick(sessionOperations)(h.session, random.pick(controllers).signal));
    if (random.chance(0.4)) {
      const pause = random.int(1, 10);
      await h.clock.advance(pause);
      at += pause;
    }
    if (random.chance(0.05)) random.pick(controllers).abort('enough');
    if (random.chance(0.05)) for (const node of h.servers.nodes) node.forgetPrepared();
    if (random.chance(0.03)) h.network.openLinks()[0]?.cut();
    if (at >= closeAt) closing ??= close();
  }
  closing ??= close();
  const again = h.session.close();
  await h.clock.settle(closing, 60_000);
  await h.clock.settle(again, 60_000);
  // Closing ends everything: nothing is left to run into its own deadline.
  await ofSession.check((all) => h.clock.settle(all, 20));
  const { activeOperations, inFlight, queued, openStreams, openConnections } = h.session.state;
  assert.deepEqual(
    { activeOperations, inFlight, queued, openStreams, openConnections },
    { activeOperations: 0, inFlight: 0, queued: 0, openStreams: 0, openConnections: 0 },
  );
  await h[Symbol.asyncDispose]();
  await ofCluster.check((all) => h.clock.settle(all, 20));
  assert.equal(h.cluster.activeOperations, 0);
  await h.clock.advance(3000);
  assert.equal(h.network.openLinks().length, 0);
  assert.equal(h.clock.pending, 0, 'timers are left');
}
