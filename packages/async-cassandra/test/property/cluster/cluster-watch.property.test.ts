import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import type { ScriptedServer } from '../../support/index.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import { WatchHarness } from '../../unit/cluster/watch-harness.ts';

type Step =
  | { readonly do: 'stop' | 'start' | 'startElsewhere'; readonly which: number; readonly silently: boolean }
  | { readonly do: 'remove' | 'freeze' | 'thaw' | 'cut' | 'falseAlarm'; readonly which: number }
  | { readonly do: 'add' | 'session' }
  | { readonly do: 'wait'; readonly ms: number };

const which = fc.nat(5);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('stop' as const, 'start' as const, 'startElsewhere' as const),
      which,
      silently: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('remove' as const, 'freeze' as const, 'thaw' as const, 'cut' as const, 'falseAlarm' as const),
      which,
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ do: 'add' }, { do: 'session' }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(0, 1, 2, 3, 5, 20, 100, 500, 1000, 5000, 40_000),
    }),
  },
);

/** A cluster that things happen to, behind one host name. */
class History {
  readonly harness: WatchHarness;
  #addresses = 100;
  #gone: ScriptedServer[] = [];

  constructor(harness: WatchHarness) {
    this.harness = harness;
    this.#publish();
  }

  async apply(action: Step): Promise<void> {
    const { cluster, network, clock } = this.harness;
    if (action.do === 'wait') await clock.advance(action.ms);
    else if (!('which' in action)) {
      if (action.do === 'session') this.harness.openSession(2).started.catch(() => undefined);
      else if (cluster.nodes.length < 6) await cluster.addNode();
    } else {
      const server = cluster.node(action.which % cluster.nodes.length);
      const { address, port } = server.node;
      switch (action.do) {
        case 'stop':
          if (server.isListening) await cluster.stopNode(server, action);
          break;
        case 'start':
          if (!server.isListening) await cluster.startNode(server, action);
          break;
        case 'startElsewhere':
          if (!server.isListening)
            await cluster.startNode(server, { ...action, address: `10.2.0.${++this.#addresses}` });
          break;
        case 'remove':
          if (cluster.nodes.length > 2) {
            await cluster.removeNode(server);
            this.#gone.push(server);
          }
          break;
        case 'freeze':
          server.freeze();
          break;
        case 'thaw':
          server.thaw();
          break;
        case 'cut':
          for (const link of network.openLinks(address)) link.cut();
          break;
        case 'falseAlarm':
          cluster.pushEvent({ type: 'STATUS_CHANGE', change: 'DOWN', address, port });
      }
    }
    this.#publish();
  }

  /** Everything works again, and gossip says so. */
  async heal(): Promise<void> {
    const { cluster, clock } = this.harness;
    for (const server of cluster.nodes) {
      server.thaw();
      if (!server.isListening) await cluster.startNode(server);
    }
    this.#publish();
    // Backoff at its longest, a heartbeat that finds a dead connection, and the control connection in between.
    await clock.advance(150_000);
    for (const { node } of cluster.nodes)
      cluster.pushEvent({ type: 'STATUS_CHANGE', change: 'UP', address: node.address, port: node.port });
    await clock.advance(20_000);
  }

  #publish(): void {
    const { cluster, network } = this.harness;
    network.name(
      'db.internal',
      cluster.nodes.map(({ node }) => node.address),
    );
  }
}

/** What the events of a cluster make of it. */
class Listener {
  readonly up = new Map<string, boolean>();
  #read = 0;

  constructor(initially: readonly string[]) {
    for (const address of initially) this.up.set(address, true);
  }

  /** Follows events told since; moves are taken from the view. */
  follow(events: readonly string[]): void {
    for (; this.#read < events.length; this.#read++) {
      const [what, address = ''] = (events[this.#read] as string).split(' ');
      if (what === 'added') this.up.set(address, true);
      else if (what === 'removed') this.up.delete(address);
      else if (what === 'up' || what === 'down') this.up.set(address, what === 'up');
    }
  }
}

async function begin(seed: number): Promise<{ harness: WatchHarness; history: History }> {
  const harness = await WatchHarness.start({
    seed,
    contacts: ['db.internal'],
    cluster: { nodes: 3, tokensPerNode: 2 },
  });
  return { harness, history: new History(harness) };
}

describe('ClusterWatch, through any history', () => {
  it('should see the cluster as it is, and be connected to all of it, once things have calmed down', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(step, { maxLength: 25 }), async (seed, steps) => {
        const { harness, history } = await begin(seed);
        await harness.connect();
        const pools = await harness.session(2);
        const listener = new Listener(harness.addresses);
        for (const action of steps) await history.apply(action);
        await history.heal();

        const nodes = harness.cluster.nodes.map(({ node }) => node);
        const seen = harness.watch.state.nodes;
        assert.deepEqual(
          seen.map((node) => [node.hostId, node.endPoint]).sort(),
          nodes.map((node) => [node.hostId, `${node.address}:${node.port}`]).sort(),
        );
        assert.deepEqual(harness.upAddresses, harness.addresses, 'all are up');
        for (const node of seen) {
          assert.equal(pools.poolOf(node)?.openCount, 2, `connections to ${node.endPoint}`);
          assert.equal(pools.next(node)?.endPoint.host, node.address);
          const live = harness.watch.state.nodeOf(node);
          assert.equal(live?.failingPools, 0);
          assert.ok(
            live.connections.every((connection) => connection.isOpen),
            'counts open connections only',
          );
        }
        assert.equal(
          harness.watch.metadata.tokenMap.ring.size,
          nodes.reduce((sum, node) => sum + node.tokens.length, 0),
        );
        assert.ok(harness.watch.controlConnection?.isOpen);
        listener.follow(harness.events);
        for (const address of harness.addresses)
          assert.notEqual(listener.up.get(address), false, `events say that ${address} is up`);
        assert.deepEqual(harness.cluster.faults, []);
        assert.deepEqual(await harness.close(), { links: 0, timers: 0 });
      }),
      { numRuns: propertyRuns(400) },
    );
  });

  it('should leave nothing behind at whatever moment it is closed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.boolean(),
        fc.array(step, { maxLength: 12 }),
        fc.integer({ min: 0, max: 50 }),
        async (seed, isConnected, steps, ms) => {
          const { harness, history } = await begin(seed);
          const starting = harness.watch.start();
          starting.catch(() => undefined);
          if (isConnected) await harness.clock.settle(starting.catch(() => undefined));
          for (const action of steps) await history.apply(action);
          await harness.clock.advance(ms / 4);
          for (const server of harness.cluster.nodes) server.thaw();
          assert.deepEqual(await harness.close(), { links: 0, timers: 0 });
        },
      ),
      { numRuns: propertyRuns(600), includeErrorInReport: true },
    );
  });
});
