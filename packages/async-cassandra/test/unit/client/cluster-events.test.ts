import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AsyncCluster } from '../../../src/client/index.ts';
import { ClusterEmitter, type ClusterEvents } from '../../../src/client/cluster-events.ts';
import { ConfigurationError } from '../../../src/errors/index.ts';
import type { NodeInfo } from '../../../src/metadata/index.ts';
import { rows, ScriptedServer, t } from '../../support/index.ts';
import { ClusterHarness, nothing } from './cluster-harness.ts';

const EVENTS: readonly (keyof ClusterEvents)[] = [
  'nodeUp',
  'nodeDown',
  'nodeAdded',
  'nodeRemoved',
  'schemaChange',
  'topologyChange',
];

/** Notes every event, with the node's address or what changed. */
function record(cluster: AsyncCluster): string[] {
  const seen: string[] = [];
  for (const event of EVENTS) {
    cluster.on(event, (...args: readonly unknown[]) => {
      const about = args[0] as { address?: string; target?: string; name?: string } | undefined;
      seen.push([event, about?.address ?? about?.name].filter((part) => part !== undefined).join(' '));
    });
  }
  return seen;
}

describe('ClusterEmitter', () => {
  const node = { address: '10.0.0.1' } as NodeInfo;

  it('should tell each listener of its event, in order', () => {
    const emitter = new ClusterEmitter({});
    const seen: unknown[] = [];
    emitter.on('nodeUp', (info) => seen.push(['first', info]));
    emitter.on('nodeUp', (info) => seen.push(['second', info]));
    emitter.on('nodeDown', () => seen.push('down'));
    emitter.nodeUp(node);
    assert.deepEqual(seen, [
      ['first', node],
      ['second', node],
    ]);
  });

  it('should forget a listener that is taken away, and one for once after that', () => {
    const emitter = new ClusterEmitter({});
    let [always, once, never] = [0, 0, 0];
    const removed = (): void => void never++;
    emitter.on('topologyChange', () => void always++);
    emitter.once('topologyChange', () => void once++);
    emitter.on('topologyChange', removed);
    emitter.once('topologyChange', removed);
    emitter.off('topologyChange', removed);
    emitter.off('topologyChange', removed);
    emitter.off('topologyChange', removed);
    emitter.topologyChange();
    emitter.topologyChange();
    assert.deepEqual([always, once, never], [2, 1, 0]);
    emitter.clear();
    emitter.topologyChange();
    assert.equal(always, 2);
  });

  it('should tell the others when one throws or rejects, and log why', async () => {
    const lines: unknown[] = [];
    const emitter = new ClusterEmitter({ error: (fields, message) => lines.push([fields, message]) });
    const seen: string[] = [];
    emitter.once('nodeUp', () => {
      throw new Error('first');
    });
    emitter.on('nodeUp', () => void seen.push('second'));
    emitter.on('nodeUp', () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error
      throw 'no error';
    });
    // eslint-disable-next-line @typescript-eslint/no-misused-promises
    emitter.on('nodeUp', () => Promise.reject(new Error('later')));
    emitter.on('nodeUp', () => void seen.push('last'));
    emitter.nodeUp(node);
    await Promise.resolve();
    const message = 'A listener of the cluster threw; check the application';
    assert.deepEqual(seen, ['second', 'last']);
    assert.deepEqual(lines, [
      [{ event: 'nodeUp', error: 'first' }, message],
      [{ event: 'nodeUp', error: 'not an error' }, message],
      [{ event: 'nodeUp', error: 'later' }, message],
    ]);
    emitter.nodeUp(node);
    assert.deepEqual(seen, ['second', 'last', 'second', 'last']);
  });

  it('should let listeners add and take away others while it tells', () => {
    const emitter = new ClusterEmitter({});
    const seen: string[] = [];
    const second = (): void => void seen.push('second');
    emitter.on('topologyChange', () => {
      emitter.off('topologyChange', second);
      emitter.on('topologyChange', () => void seen.push('late'));
    });
    emitter.on('topologyChange', second);
    emitter.topologyChange();
    assert.deepEqual(seen, ['second'], 'as node:events does');
  });

  it('should refuse unknown events and what is no function', () => {
    const emitter = new ClusterEmitter({});
    for (const method of ['on', 'once', 'off'] as const) {
      for (const event of ['nodeup', 'error', '', 'toString'])
        assert.throws(() => emitter[method](event as 'nodeUp', () => undefined), ConfigurationError);
      for (const listener of [undefined, null, {}, 'x'])
        assert.throws(() => emitter[method]('nodeUp', listener as never), ConfigurationError);
    }
  });
});

describe('events of AsyncCluster', () => {
  it('should follow nodes that come, go, fail and return', async () => {
    const h = await ClusterHarness.start();
    const cluster = h.cluster();
    const seen = record(cluster);
    await h.settle(cluster.connect());
    await h.clock.advance(2_000);
    seen.length = 0;

    const server = h.servers.node(2);
    assert.ok(server instanceof ScriptedServer);
    await h.servers.stopNode(server);
    await h.clock.advance(2_000);
    assert.deepEqual(seen.splice(0), ['nodeDown 10.0.0.3']);

    await h.servers.startNode(server);
    await h.clock.advance(60_000);
    assert.deepEqual(seen.splice(0), ['nodeUp 10.0.0.3']);

    const added = await h.servers.addNode();
    await h.clock.advance(5_000);
    assert.deepEqual(seen.splice(0), ['nodeAdded 10.0.0.4', 'topologyChange', 'nodeUp 10.0.0.4']);
    assert.equal(cluster.metadata.nodes.size, 4);

    await h.servers.removeNode(added);
    await h.clock.advance(5_000);
    assert.deepEqual(seen.filter((event) => !event.startsWith('nodeDown')).sort(), [
      'nodeRemoved 10.0.0.4',
      'topologyChange',
    ]);
    assert.equal(cluster.metadata.nodes.size, 3);

    await h.settle(cluster.close());
    assert.deepEqual(await h.leftovers(), nothing);
  });

  it('should follow the schema, and leave snapshots that were taken as they were', async () => {
    const h = await ClusterHarness.start();
    const cluster = h.cluster();
    const seen = record(cluster);
    const session = await h.settle(cluster.connect());
    await h.settle(cluster.refreshSchema());
    const before = cluster.metadata;
    seen.length = 0;
    h.servers.schema.addKeyspace('shop');
    h.servers.schema.addTable('shop', 'users', { id: t.uuid, name: t.text });
    const created = { type: 'SCHEMA_CHANGE', changeType: 'CREATED', keyspace: 'shop' } as const;
    h.servers.pushEvent({ ...created, target: 'KEYSPACE' });
    h.servers.pushEvent({ ...created, target: 'TABLE', name: 'users' });
    await h.clock.advance(5_000);
    assert.ok(seen.includes('schemaChange users'), seen.join());
    assert.notEqual(cluster.metadata, before);
    assert.deepEqual([...(cluster.metadata.keyspaces.get('shop')?.tables.keys() ?? [])], ['users']);
    assert.equal(before.keyspaces.has('shop'), false);
    await h.settle(session.close());
    await h.settle(cluster.close());
    assert.deepEqual(await h.leftovers(), nothing);
  });

  it('should do no harm when every listener throws', async () => {
    const h = await ClusterHarness.start();
    h.servers.when('SELECT 1', rows({ a: t.int }, [[1]]));
    const cluster = h.cluster();
    for (const event of EVENTS) {
      cluster.on(event, () => {
        throw new Error(`of ${event}`);
      });
    }
    const seen = record(cluster);
    const session = await h.settle(cluster.connect());
    await h.servers.stopNode(h.servers.node(2));
    await h.clock.advance(2_000);
    assert.ok(seen.includes('nodeDown 10.0.0.3'));
    assert.ok(h.lines.some(({ level, fields }) => level === 'error' && JSON.stringify(fields).includes('of nodeDown')));
    assert.equal((await h.settle(session.execute('SELECT 1'))).one()?.['a'], 1);
    await h.settle(cluster.close());
    assert.deepEqual(await h.leftovers(), nothing);
  });

  it('should allow a listener to close the cluster', async () => {
    const h = await ClusterHarness.start();
    const cluster = h.cluster();
    let closing: Promise<void> | undefined;
    cluster.on('nodeDown', () => {
      closing = cluster.close();
    });
    await h.settle(cluster.connect());
    await h.servers.stopNode(h.servers.node(2));
    await h.clock.runUntil(() => closing !== undefined, 10_000);
    await h.settle(closing as Promise<void>);
    assert.deepEqual(await h.leftovers(), nothing);
  });

  it('should end with the cluster', async () => {
    const h = await ClusterHarness.start();
    const cluster = h.cluster();
    const seen = record(cluster);
    assert.equal(
      cluster.off('nodeUp', () => undefined),
      cluster,
    );
    assert.equal(
      cluster.once('nodeUp', () => void seen.push('once')),
      cluster,
    );
    await h.settle(cluster.connect());
    await h.settle(cluster.close());
    seen.length = 0;
    await h.servers.addNode();
    await h.clock.advance(60_000);
    assert.deepEqual(seen, []);
  });
});
