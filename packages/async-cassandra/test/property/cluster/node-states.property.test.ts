import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { ClusterState } from '../../../src/cluster/cluster-state.ts';
import type { ClusterNode } from '../../../src/cluster/cluster-node.ts';
import { diffNodes } from '../../../src/cluster/node-diff.ts';
import type { Connection } from '../../../src/connection/index.ts';
import type { NodeDistance } from '../../../src/metadata/index.ts';
import { VirtualClock } from '../../support/index.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import { FakeConnection, settle, testInfo } from '../../unit/cluster/fakes.ts';

const NODES = 4;
const OWNERS = 3;

type Step =
  | { readonly do: 'open' | 'close' | 'fail' | 'recover'; readonly node: number; readonly owner: number }
  | { readonly do: 'gossipUp' | 'gossipDown' | 'move' | 'movePort'; readonly node: number }
  | { readonly do: 'distance'; readonly node: number; readonly distance: NodeDistance }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'members'; readonly present: readonly boolean[] };

const node = fc.nat(NODES - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('open' as const, 'close' as const, 'fail' as const, 'recover' as const),
      node,
      owner: fc.nat(OWNERS - 1),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('gossipUp' as const, 'gossipDown' as const, 'move' as const, 'movePort' as const),
      node,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('distance' as const),
      node,
      distance: fc.constantFrom('local' as const, 'remote' as const, 'ignored' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 1_000 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('members' as const),
      present: fc.array(fc.boolean(), { minLength: NODES, maxLength: NODES }),
    }),
  },
);

/** What a node's state follows from: who is connected, who fails to connect, and what was the case before. */
interface NodeModel {
  readonly connections: Map<number, Connection>;
  readonly failing: Set<number>;
  isUp: boolean;
  /** When it last came up; 0 as long as it was never down. */
  upSinceMs: number;
  address: string;
  port: number;
}

function newNode(i: number, isUp: boolean): NodeModel {
  return { connections: new Map(), failing: new Set(), isUp, upSinceMs: 0, address: `10.0.0.${i}`, port: 9042 };
}

function setUp(model: NodeModel, isUp: boolean, now: number): void {
  if (isUp && !model.isUp) model.upSinceMs = now;
  model.isUp = isUp;
}

describe('node states, against a model', () => {
  it('should be up while a connection lives, down while those who try fail, and otherwise as gossip says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const clock = new VirtualClock();
        const upByEvents = new Map<string, boolean>();
        // What a listener throws is caught and logged: there the assertions below come out.
        const thrown: unknown[] = [];
        const state = new ClusterState({
          seams: { timers: clock, random: () => 0 },
          logger: { error: (fields) => thrown.push(fields) },
          listener: {
            nodeAdded: (info) => {
              assert.ok(!upByEvents.has(info.hostId), 'adds what was not there');
              upByEvents.set(info.hostId, false);
            },
            nodeRemoved: (info) => assert.ok(upByEvents.delete(info.hostId), 'removes what was added'),
            nodeUp: (info) => {
              assert.equal(upByEvents.get(info.hostId), false, 'only what is down comes up');
              upByEvents.set(info.hostId, true);
            },
            nodeDown: (info) => {
              assert.equal(upByEvents.get(info.hostId), true, 'only what is up goes down');
              upByEvents.set(info.hostId, false);
            },
          },
        });
        const models = new Map<number, NodeModel>();
        const hostId = (i: number): string => testInfo(i).hostId;
        const apply = (): void => {
          const rows = [...models].map(([i, { address, port }]) => testInfo(i, { address, port }));
          const diff = diffNodes(state.members, rows);
          state.applyNodes(diff, new Map(rows.map((row) => [row.hostId, { host: row.address, port: row.port }])));
        };
        const live = (i: number): ClusterNode => state.nodeByHostId(hostId(i)) as ClusterNode;
        const reconsider = (model: NodeModel, gossip?: boolean): void => {
          if (model.connections.size > 0) setUp(model, true, clock.now());
          else if (model.failing.size > 0) setUp(model, false, clock.now());
          else if (gossip !== undefined) setUp(model, gossip, clock.now());
        };
        const distances = new Map<string, NodeDistance>();
        const distanceOf = (id: string): NodeDistance => distances.get(id) ?? 'local';
        const toldDistances = new Map<string, NodeDistance>();
        state.useDistances((info) => distanceOf(info.hostId));
        for (let i = 0; i < NODES; i++) models.set(i, newNode(i, true));
        apply();
        await settle();
        assert.equal(upByEvents.size, 0, 'what is there at first contact is no news');
        for (const info of state.nodes) upByEvents.set(info.hostId, true);
        const movedTo = new Map<string, string>();
        state.follow({
          nodeMoved: ({ info, target }) => movedTo.set(info.hostId, `${target.host} ${target.port}`),
          nodeDistanceChanged: (changed) => toldDistances.set(changed.info.hostId, changed.distance),
        });

        let moves = 0;
        for (const action of steps) {
          const version = state.version;
          const before = JSON.stringify(state.nodes.map((info) => [info.hostId, info.address, state.isUp(info)]));
          if (action.do === 'members') {
            action.present.forEach((isPresent, i) => {
              if (!isPresent) models.delete(i);
              // Nobody will connect to a node that is ignored: it is up as far as anybody knows.
              else if (!models.has(i)) models.set(i, newNode(i, distanceOf(hostId(i)) === 'ignored'));
            });
            apply();
          } else if (action.do === 'wait') await clock.advance(action.ms);
          else if (action.do === 'distance') {
            const id = hostId(action.node);
            const isNews = models.has(action.node) && distanceOf(id) !== action.distance;
            distances.set(id, action.distance);
            toldDistances.clear();
            state.useDistances((info) => distanceOf(info.hostId));
            assert.deepEqual([...toldDistances], isNews ? [[id, action.distance]] : [], 'tells of another distance');
            if (isNews) assert.ok(state.version > version, 'and the version does');
          } else {
            const model = models.get(action.node);
            if (model === undefined) continue;
            const target = live(action.node);
            switch (action.do) {
              case 'open': {
                if (model.connections.has(action.owner)) continue;
                const connection = new FakeConnection().real;
                model.connections.set(action.owner, connection);
                state.connectionOpened(target, connection);
                reconsider(model);
                break;
              }
              case 'close': {
                const connection = model.connections.get(action.owner);
                if (connection === undefined) continue;
                model.connections.delete(action.owner);
                state.connectionClosed(target, connection);
                reconsider(model);
                break;
              }
              case 'fail':
              case 'recover': {
                const fails = action.do === 'fail';
                if (model.failing.has(action.owner) === fails) continue;
                if (fails) model.failing.add(action.owner);
                else model.failing.delete(action.owner);
                state.poolFailing(target, fails);
                reconsider(model);
                break;
              }
              case 'gossipUp':
                state.saidUp(target);
                reconsider(model, true);
                break;
              case 'gossipDown':
                state.saidDown(target);
                reconsider(model, false);
                break;
              case 'move':
                model.address = `10.1.${++moves >> 8}.${moves & 0xff}`;
                apply();
                break;
              case 'movePort':
                model.port++;
                apply();
            }
            if (action.do === 'move' || action.do === 'movePort')
              assert.equal(movedTo.get(hostId(action.node)), `${model.address} ${model.port}`, 'tells that it moved');
          }
          await settle();
          assert.equal(state.nodes.length, models.size);
          assert.equal(new Set(state.nodes.map((info) => info.slot)).size, models.size, 'one slot a node');
          assert.ok(
            state.nodes.every((info) => info.slot < NODES),
            'slots stay dense',
          );
          for (const [i, model] of models) {
            const { info } = live(i);
            assert.equal(state.isUp(info), model.isUp);
            assert.equal(upByEvents.get(info.hostId), model.isUp, 'events tell the same');
            const { address, port } = model;
            assert.deepEqual([info.address, info.port], [address, port]);
            assert.deepEqual(live(i).target, { host: address, port });
            assert.deepEqual(new Set(live(i).connections), new Set(model.connections.values()), 'open connections');
            assert.equal(state.upSinceMs(info), model.upSinceMs, 'when it came up');
            assert.equal(live(i).distance, distanceOf(info.hostId));
          }
          assert.deepEqual(thrown, []);
          const after = JSON.stringify(state.nodes.map((info) => [info.hostId, info.address, state.isUp(info)]));
          if (after !== before) assert.ok(state.version > version, 'the version tells of each change');
        }
      }),
      { numRuns: propertyRuns(2000) },
    );
  });
});
