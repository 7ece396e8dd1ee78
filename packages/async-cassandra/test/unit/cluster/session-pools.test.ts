import assert from 'node:assert/strict';
import { beforeEach, describe, it, mock } from 'node:test';
import { ClusterState } from '../../../src/cluster/cluster-state.ts';
import { ConnectLimiter } from '../../../src/cluster/connect-limiter.ts';
import { diffNodes } from '../../../src/cluster/node-diff.ts';
import { SessionPools } from '../../../src/cluster/session-pools.ts';
import type { Connection, EndPoint } from '../../../src/connection/index.ts';
import {
  AuthenticationError,
  ConnectionError,
  InvalidQueryError,
  NoHostAvailableError,
  SessionClosedError,
} from '../../../src/errors/index.ts';
import type { NodeDistance, NodeInfo } from '../../../src/metadata/index.ts';
import { VirtualClock } from '../../support/index.ts';
import { type Deferred, deferred, doubling, FakeConnection, settle, testInfo } from './fakes.ts';

const [a, b, c] = [testInfo(0), testInfo(1), testInfo(2)] as const;

/** How nodes answer to attempts, by host: what is not said is accepted. */
type Behaviour = 'accept' | 'hang' | Error;

class Harness {
  readonly clock = new VirtualClock();
  readonly state = new ClusterState({ seams: { timers: this.clock, random: () => 0 }, listener: {}, logger: {} });
  readonly behaviour = new Map<string, Behaviour>();
  readonly opened: {
    readonly host: string;
    readonly keyspace: string | undefined;
    readonly connection: FakeConnection;
  }[] = [];
  readonly tried: string[] = [];
  readonly hanging: Deferred<Connection>[] = [];
  readonly warnings: string[] = [];
  readonly pools: SessionPools;

  constructor(
    o: { keyspace?: string; isV4?: boolean; size?: number; distance?: (node: NodeInfo) => NodeDistance } = {},
  ) {
    if (o.distance !== undefined) this.state.useDistances(o.distance);
    this.setNodes(a, b, c);
    this.pools = new SessionPools({
      state: this.state,
      connectionsPerNode: o.size ?? 1,
      open: (endPoint, { keyspace, signal }) => this.#open(endPoint, keyspace, signal),
      connectionsUseKeyspace: o.isV4 ?? false,
      keyspace: o.keyspace,
      reconnectionPolicy: doubling,
      limiter: new ConnectLimiter(),
      seams: { timers: this.clock, random: () => 0 },
      logger: { warn: (_fields, message) => this.warnings.push(message ?? '') },
      onAvailable: () => undefined,
    });
  }

  setNodes(...nodes: NodeInfo[]): void {
    this.state.applyNodes(
      diffNodes(this.state.members, nodes),
      new Map(nodes.map((node) => [node.hostId, { host: node.address, port: node.port }])),
    );
  }

  connectionsTo(host: string): FakeConnection[] {
    return this.opened.filter((one) => one.host === host && one.connection.isOpen).map((one) => one.connection);
  }

  #open(endPoint: EndPoint, keyspace: string | undefined, signal: AbortSignal): Promise<Connection> {
    const behaviour = this.behaviour.get(endPoint.host) ?? 'accept';
    this.tried.push(endPoint.host);
    if (behaviour instanceof Error) return Promise.reject(behaviour);
    if (behaviour === 'hang') {
      const outcome = deferred<Connection>();
      this.hanging.push(outcome);
      signal.addEventListener('abort', () => outcome.reject(new ConnectionError('aborted')), { once: true });
      return outcome.promise;
    }
    const connection = new FakeConnection();
    this.opened.push({ host: endPoint.host, keyspace, connection });
    return Promise.resolve(connection.real);
  }
}

const refused = new ConnectionError('refused');

describe('SessionPools', () => {
  let harness: Harness;

  beforeEach(() => {
    harness = new Harness();
  });

  describe('start', () => {
    it('should open a pool to each node, and give connections by node', async () => {
      await harness.clock.settle(harness.pools.start());
      assert.deepEqual(new Set(harness.tried), new Set(['10.0.0.1', '10.0.0.2', '10.0.0.3']));
      assert.equal(harness.pools.next(b), harness.connectionsTo('10.0.0.2')[0]?.real);
      assert.equal([...harness.pools].length, 3);
      assert.equal(harness.clock.pending, 0);
    });

    it('should open none to ignored nodes, and the local ones first', async () => {
      harness = new Harness({
        distance: (node) => (node.hostId === a.hostId ? 'remote' : node.hostId === b.hostId ? 'ignored' : 'local'),
      });
      await harness.clock.settle(harness.pools.start());
      assert.deepEqual(harness.tried, ['10.0.0.3', '10.0.0.1']);
      assert.equal(harness.pools.next(b), null);
      assert.equal(harness.pools.poolOf(b), undefined);
    });

    it('should work with the nodes that answer', async () => {
      harness.behaviour.set('10.0.0.1', refused);
      await harness.clock.settle(harness.pools.start());
      assert.equal(harness.pools.next(a), null);
      assert.equal(harness.state.isUp(a), false);
      assert.equal(harness.pools.poolOf(a)?.lastError, refused);
    });

    it('should not wait longer than a second for the others once one has answered', async () => {
      harness.behaviour.set('10.0.0.1', 'hang');
      await harness.clock.settle(harness.pools.start());
      assert.equal(harness.clock.now(), 1000);
      harness.hanging[0]?.resolve(new FakeConnection().real);
      await settle();
      assert.notEqual(harness.pools.next(a), null, 'the others go on by themselves');
    });

    it('should fail with the error of each node when none answers', async () => {
      for (const node of [a, b, c]) harness.behaviour.set(node.address, refused);
      await assert.rejects(harness.clock.settle(harness.pools.start()), (error) => {
        assert.ok(error instanceof NoHostAvailableError);
        assert.deepEqual(Object.keys(error.errors), ['10.0.0.1:9042', '10.0.0.2:9042', '10.0.0.3:9042']);
        return true;
      });
    });

    it('should fail with the refusal when all refuse for the same reason', async () => {
      for (const node of [a, b, c]) harness.behaviour.set(node.address, new AuthenticationError('no'));
      await assert.rejects(harness.clock.settle(harness.pools.start()), AuthenticationError);
    });

    it('should not make Node warn of listeners in a large cluster', async () => {
      const warnings: Error[] = [];
      const listener = (warning: Error): unknown => warnings.push(warning);
      process.on('warning', listener);
      harness = new Harness({ isV4: true, keyspace: 'one', size: 20 });
      harness.setNodes(...Array.from({ length: 60 }, (_, i) => testInfo(i)));
      await harness.clock.settle(harness.pools.start());
      await harness.clock.settle(harness.pools.setKeyspace('two'));
      await harness.clock.settle(harness.pools.close(0));
      await settle();
      process.off('warning', listener);
      assert.deepEqual(warnings, []);
    });

    it('should say so when every node is ignored', async () => {
      harness = new Harness({ distance: () => 'ignored' });
      await assert.rejects(harness.pools.start(), /loadBalancingPolicy/);
    });

    it('should end at once when it is closed meanwhile', async () => {
      for (const node of [a, b, c]) harness.behaviour.set(node.address, 'hang');
      const starting = harness.pools.start();
      starting.catch(() => undefined);
      await settle();
      await harness.clock.settle(harness.pools.close(0));
      await assert.rejects(starting, SessionClosedError);
      assert.equal(harness.clock.now(), 0);
      assert.equal(harness.clock.pending, 0);
    });
  });

  describe('following the cluster', () => {
    beforeEach(async () => {
      await harness.clock.settle(harness.pools.start());
    });

    it('should open a pool to a node that was added', async () => {
      harness.setNodes(a, b, c, testInfo(3));
      await settle();
      const added = harness.state.nodes.find((node) => node.slot === 3);
      assert.ok(added && harness.pools.next(added) !== null);
    });

    it('should close the pool of a node that was removed, when its requests are answered', async () => {
      const [connection] = harness.connectionsTo('10.0.0.2');
      assert.ok(connection);
      connection.inFlight = 1;
      harness.setNodes(a, c);
      assert.equal(harness.pools.next(b), null);
      assert.equal(connection.isGone, false);
      connection.drain();
      assert.equal(connection.isGone, true);
      await settle();
      assert.equal(harness.clock.pending, 0);
    });

    it('should give the slot of a removed node to its successor', async () => {
      harness.setNodes(a, c, testInfo(7));
      await settle();
      const successor = harness.state.nodes.find((node) => node.slot === b.slot);
      assert.ok(successor);
      assert.equal(harness.pools.poolOf(b), undefined);
      assert.equal(harness.pools.next(successor), harness.connectionsTo('10.0.0.8')[0]?.real);
    });

    it('should follow a node to its new address', async () => {
      harness.setNodes(a, testInfo(1, { address: '10.9.9.9' }), c);
      await settle();
      assert.equal(harness.pools.next(b), harness.connectionsTo('10.9.9.9')[0]?.real);
      assert.equal(harness.connectionsTo('10.0.0.2').length, 0);
    });

    it('should connect to and leave nodes as their distance changes', async () => {
      harness.state.useDistances((node) => (node.hostId === b.hostId ? 'ignored' : 'local'));
      assert.equal(harness.pools.poolOf(b), undefined);
      harness.state.useDistances(() => 'local');
      await settle();
      assert.notEqual(harness.pools.next(b), null);
    });

    it('should reconnect at once when gossip says that a lost node is up', async () => {
      harness.behaviour.set('10.0.0.2', refused);
      harness.connectionsTo('10.0.0.2')[0]?.break();
      await harness.clock.advance(20_000);
      assert.equal(harness.state.isUp(b), false);
      harness.behaviour.delete('10.0.0.2');
      const node = harness.state.nodeOf(b);
      assert.ok(node);
      harness.state.saidUp(node);
      await settle();
      assert.equal(harness.state.isUp(b), true);
    });

    it('should let other sessions try a node again that one session has reached', async () => {
      const { state, clock } = harness;
      let accepts = false;
      const open = (): Promise<Connection> =>
        accepts ? Promise.resolve(new FakeConnection().real) : Promise.reject(refused);
      const other = new SessionPools({
        state,
        connectionsPerNode: 1,
        open,
        connectionsUseKeyspace: false,
        keyspace: undefined,
        reconnectionPolicy: { schedule: () => [3_600_000].values() },
        limiter: new ConnectLimiter(),
        seams: { timers: clock, random: () => 0 },
        logger: {},
        onAvailable: () => undefined,
      });
      await assert.rejects(clock.settle(other.start()));
      accepts = true;
      harness.connectionsTo('10.0.0.1')[0]?.break();
      await clock.advance(1);
      assert.notEqual(other.next(a), null);
      await other.close(0);
    });
  });

  describe('a node that cannot be reached where it says', () => {
    it('should be reached as the control connection reaches it, as long as that one lives', async () => {
      harness.behaviour.set('10.0.0.1', refused);
      const node = harness.state.nodeOf(a);
      assert.ok(node);
      node.detour = { endPoint: { host: '127.0.0.1', port: 19_042 }, isProven: false };
      await harness.clock.settle(harness.pools.start());
      assert.equal(harness.pools.next(a), harness.connectionsTo('127.0.0.1')[0]?.real);
      assert.match(harness.warnings[0] ?? '', /addressTranslator/);
      harness.tried.length = 0;
      harness.connectionsTo('127.0.0.1')[0]?.break();
      await harness.clock.advance(1);
      assert.deepEqual(harness.tried, ['127.0.0.1'], 'no longer tries what has failed');
      node.detour = null;
      harness.connectionsTo('127.0.0.1')[0]?.break();
      await harness.clock.advance(1000);
      assert.equal(harness.tried.at(-1), '10.0.0.1');
    });
  });

  describe('setKeyspace', () => {
    it('should only be remembered on v5', async () => {
      await harness.clock.settle(harness.pools.start());
      await harness.pools.setKeyspace('other');
      assert.equal(harness.tried.length, 3);
      assert.ok(harness.opened.every(({ keyspace }) => keyspace === undefined));
    });

    it('should replace all connections on v4 together, and let the old ones finish', async () => {
      harness = new Harness({ isV4: true, keyspace: 'one' });
      await harness.clock.settle(harness.pools.start());
      const old = harness.opened.map(({ connection }) => connection);
      assert.ok(harness.opened.every(({ keyspace }) => keyspace === 'one'));
      for (const connection of old) connection.inFlight = 1;
      harness.behaviour.set('10.0.0.3', 'hang');
      let seen: Connection | null = null;
      const change = harness.pools.setKeyspace('two', () => {
        seen = harness.pools.next(a);
        process.nextTick(() => assert.notEqual(harness.pools.next(a), seen));
      });
      await settle();
      assert.equal(harness.pools.next(a), old[0]?.real, 'nothing changes before all are ready');
      harness.hanging[0]?.resolve(new FakeConnection().real);
      await harness.clock.settle(change);
      assert.equal(seen, old[0]?.real);
      for (const node of [a, b, c]) assert.ok(!old.some((connection) => connection.real === harness.pools.next(node)));
      assert.ok(harness.opened.slice(3).every(({ keyspace }) => keyspace === 'two'));
      assert.deepEqual(
        old.map((connection) => connection.isGone),
        [false, false, false],
      );
      for (const connection of old) connection.drain();
      assert.ok(old.every((connection) => connection.isGone));
    });

    it('should change nothing when the server refuses the keyspace', async () => {
      harness = new Harness({ isV4: true, keyspace: 'one' });
      await harness.clock.settle(harness.pools.start());
      const before = harness.pools.next(a);
      harness.behaviour.set('10.0.0.2', new InvalidQueryError("Keyspace 'two' does not exist"));
      await assert.rejects(harness.clock.settle(harness.pools.setKeyspace('two')), InvalidQueryError);
      assert.equal(harness.pools.next(a), before);
      assert.equal(harness.opened.filter(({ connection }) => connection.isOpen).length, 3, 'closes what it has opened');
      harness.connectionsTo('10.0.0.1')[0]?.break();
      await harness.clock.advance(1);
      assert.equal(harness.opened.at(-1)?.keyspace, 'one');
    });

    it('should leave nodes that cannot be connected to for later', async () => {
      harness = new Harness({ isV4: true, keyspace: 'one' });
      await harness.clock.settle(harness.pools.start());
      harness.behaviour.set('10.0.0.2', refused);
      await harness.clock.settle(harness.pools.setKeyspace('two'));
      assert.equal(harness.pools.next(b), null);
      harness.behaviour.delete('10.0.0.2');
      await harness.clock.advance(3000);
      assert.notEqual(harness.pools.next(b), null);
      assert.deepEqual(harness.opened.at(-1)?.keyspace, 'two');
    });

    it('should make one change after the other', async () => {
      harness = new Harness({ isV4: true, keyspace: 'one' });
      await harness.clock.settle(harness.pools.start());
      await harness.clock.settle(Promise.all([harness.pools.setKeyspace('two'), harness.pools.setKeyspace('three')]));
      const open = harness.opened.filter(({ connection }) => connection.isOpen);
      assert.deepEqual(
        open.map(({ keyspace }) => keyspace),
        ['three', 'three', 'three'],
      );
    });

    it('should end when the session is closed meanwhile, and leave nothing open', async () => {
      harness = new Harness({ isV4: true, keyspace: 'one' });
      await harness.clock.settle(harness.pools.start());
      harness.behaviour.set('10.0.0.2', 'hang');
      const change = harness.pools.setKeyspace('two');
      change.catch(() => undefined);
      await settle();
      await harness.clock.settle(harness.pools.close(0));
      await assert.rejects(change, SessionClosedError);
      assert.ok(harness.opened.every(({ connection }) => connection.isGone));
      assert.equal(harness.clock.pending, 0);
    });
  });

  describe('close', () => {
    it('should hasten pools that are draining already', async () => {
      await harness.clock.settle(harness.pools.start());
      const [connection] = harness.connectionsTo('10.0.0.2');
      assert.ok(connection);
      connection.inFlight = 1;
      harness.setNodes(a, c);
      const closing = harness.pools.close(10);
      await harness.clock.settle(closing);
      assert.equal(harness.clock.now(), 10);
      assert.equal(connection.isGone, true);
      assert.equal(harness.clock.pending, 0);
    });

    it('should not say that nodes have gone down', async () => {
      await harness.clock.settle(harness.pools.start());
      await harness.clock.settle(harness.pools.close(0));
      assert.deepEqual(
        [a, b, c].map((node) => harness.state.isUp(node)),
        [true, true, true],
      );
    });

    it('should take no notice of the cluster any more', async () => {
      const unfollow = mock.method(harness.state, 'unfollow');
      await harness.clock.settle(harness.pools.start());
      await harness.clock.settle(harness.pools.close(0));
      assert.deepEqual(
        unfollow.mock.calls.map((call) => call.arguments),
        [[harness.pools]],
      );
      harness.tried.length = 0;
      harness.setNodes(a, b, c, testInfo(3));
      await settle();
      assert.deepEqual(harness.tried, []);
    });
  });
});
