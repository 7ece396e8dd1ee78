import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ClusterState } from '../../../src/cluster/cluster-state.ts';
import type { ClusterNode } from '../../../src/cluster/cluster-node.ts';
import { diffNodes } from '../../../src/cluster/node-diff.ts';
import type { Connection } from '../../../src/connection/index.ts';
import { VirtualClock } from '../../support/index.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import { FakeConnection, settle, testInfo } from '../../unit/cluster/fakes.ts';

const NODES = 4;
const OWNERS = 3;

type Step =
  | { readonly do: 'open' | 'close' | 'fail' | 'recover'; readonly node: number; readonly owner: number }
  | { readonly do: 'gossipUp' | 'gossipDown' | 'move'; readonly node: number }
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
    arbitrary: fc.record({ do: fc.constantFrom('gossipUp' as const, 'gossipDown' as const, 'move' as const), node }),
  },
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
  address: string;
}

describe('node states, against a model', () => {
  it('should be up while a connection lives, down while those who try fail, and otherwise as gossip says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const clock = new VirtualClock();
        const upByEvents = new Map<string, boolean>();
        const state = new ClusterState({
          seams: { timers: clock, random: () => 0 },
          logger: {},
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
          const rows = [...models].map(([i, model]) => testInfo(i, { address: model.address }));
          const diff = diffNodes(state.members, rows);
          state.applyNodes(diff, new Map(rows.map((row) => [row.hostId, { host: row.address, port: row.port }])));
        };
        const live = (i: number): ClusterNode => state.nodeByHostId(hostId(i)) as ClusterNode;
        const reconsider = (model: NodeModel, gossip?: boolean): void => {
          if (model.connections.size > 0) model.isUp = true;
          else if (model.failing.size > 0) model.isUp = false;
          else if (gossip !== undefined) model.isUp = gossip;
        };
        for (let i = 0; i < NODES; i++)
          models.set(i, { connections: new Map(), failing: new Set(), isUp: true, address: `10.0.0.${i}` });
        apply();
        for (const info of state.nodes) upByEvents.set(info.hostId, true);

        for (const action of steps) {
          const version = state.version;
          const before = JSON.stringify(state.nodes.map((info) => [info.hostId, info.address, state.isUp(info)]));
          if (action.do === 'members') {
            action.present.forEach((isPresent, i) => {
              if (!isPresent) models.delete(i);
              else if (!models.has(i))
                models.set(i, { connections: new Map(), failing: new Set(), isUp: false, address: `10.0.0.${i}` });
            });
            apply();
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
                model.address = `10.1.${models.size}.${Number(model.address.split('.')[3]) + 100}`;
                apply();
            }
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
            assert.equal(info.address, model.address);
            assert.equal(live(i).target.host, model.address);
          }
          const after = JSON.stringify(state.nodes.map((info) => [info.hostId, info.address, state.isUp(info)]));
          if (after !== before) assert.ok(state.version > version, 'the version tells of each change');
        }
      }),
      { numRuns: propertyRuns(2000) },
    );
  });
});
