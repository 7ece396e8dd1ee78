import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KeyspaceMetadata } from '../../../src/metadata/index.ts';
import { error, type ScriptedServer, t } from '../../support/index.ts';
import { WatchHarness, type WatchHarnessOptions } from './watch-harness.ts';

const simple = { class: 'org.apache.cassandra.locator.SimpleStrategy', replication_factor: '1' };

/** A cluster with the keyspaces `shop` (tables orders, users) and `logs` (table lines), watched. */
async function watched(options: WatchHarnessOptions = {}): Promise<WatchHarness> {
  const harness = await WatchHarness.start(options);
  const { schema } = harness.cluster;
  schema.addKeyspace('shop', simple).addKeyspace('logs', simple).addKeyspace('system_views', {}, true);
  schema.addTable('shop', 'orders', { id: t.uuid, total: t.decimal });
  schema.addTable('shop', 'users', { id: t.uuid, name: t.text });
  schema.addTable('logs', 'lines', { id: t.uuid });
  await harness.connect();
  await harness.clock.advance(300);
  harness.events.length = 0;
  return harness;
}

function keyspace(harness: WatchHarness, name: string): KeyspaceMetadata {
  const found = harness.watch.metadata.keyspaces.get(name);
  assert.ok(found, `keyspace ${name}`);
  return found;
}

function tables(harness: WatchHarness, name: string): string[] {
  return [...keyspace(harness, name).tables.keys()].sort();
}

/** Statements about the schema that the nodes have received. */
function asked(harness: WatchHarness): string[] {
  return harness.cluster.nodes.flatMap((node: ScriptedServer) =>
    node.log.of(/system(_virtual)?_schema\./).map((request) => request.cql ?? ''),
  );
}

describe('the schema in the metadata', () => {
  it('should be no more than the replication of keyspaces by default, and cost one statement', async () => {
    const harness = await watched();
    assert.equal(asked(harness).length, 1);
    assert.equal(keyspace(harness, 'shop').isComplete, false);
    assert.deepEqual(keyspace(harness, 'shop').replication, { strategy: 'simple', factor: { all: 1, transient: 0 } });
    assert.deepEqual(tables(harness, 'shop'), []);
    await harness.close();
  });

  it('should hold all keyspaces that are kept, without holding up the first contact or telling of them', async () => {
    const harness = await watched({ keptKeyspaces: ['shop', 'missing'] });
    assert.deepEqual(tables(harness, 'shop'), ['orders', 'users']);
    assert.equal(keyspace(harness, 'logs').isComplete, false);
    assert.deepEqual(harness.events, []);
    const all = await watched({ keptKeyspaces: 'all' });
    assert.deepEqual(tables(all, 'logs'), ['lines']);
    assert.deepEqual(all.events, []);
    await harness.close();
    await all.close();
  });

  it('should not be read before somebody is connected, and then after the first requests', async () => {
    const harness = await WatchHarness.start({ keptKeyspaces: 'all' });
    harness.cluster.schema.addTable('shop', 'orders', { id: t.uuid });
    await harness.clock.settle(harness.watch.start());
    await harness.clock.advance(5_000);
    assert.equal(asked(harness).length, 1, 'the replication alone');
    harness.watch.followContents();
    await harness.clock.advance(99);
    assert.equal(asked(harness).length, 1);
    await harness.clock.advance(250);
    assert.deepEqual(tables(harness, 'shop'), ['orders']);
    const count = asked(harness).length;
    harness.watch.followContents();
    await harness.clock.advance(5_000);
    assert.equal(asked(harness).length, count, 'once');
    await harness.close();
  });

  it('should be read at once when it is asked for, and not a second time', async () => {
    const harness = await WatchHarness.start({ keptKeyspaces: 'all' });
    harness.cluster.schema.addTable('shop', 'orders', { id: t.uuid });
    await harness.connect();
    await harness.clock.settle(harness.watch.refresh());
    assert.deepEqual(tables(harness, 'shop'), ['orders']);
    const count = asked(harness).length;
    await harness.clock.advance(1_000);
    assert.equal(asked(harness).length, count);
    await harness.close();
  });

  it('should leave no timer when it is closed before it was read', async () => {
    const harness = await WatchHarness.start({ keptKeyspaces: 'all' });
    await harness.connect();
    assert.deepEqual(await harness.close(), { links: 0, timers: 0 });
  });

  it('should be read in small pages, few statements at a time', async () => {
    const harness = await WatchHarness.start({ keptKeyspaces: 'all' });
    for (let i = 0; i < 250; i++) harness.cluster.schema.addTable('shop', `t${i}`, { id: t.uuid, a: t.int, b: t.text });
    await harness.connect();
    await harness.clock.settle(harness.watch.refresh());
    assert.equal(tables(harness, 'shop').length, 250);
    const requests = harness.cluster.nodes.flatMap((node) => node.log.of(/system(_virtual)?_schema\./));
    const pagesOf = (table: string): (number | undefined)[] =>
      requests.filter(({ cql }) => cql?.includes(` system_schema.${table}`)).map((r) => r.parameters?.pageSize);
    assert.deepEqual(pagesOf('tables'), [100, 100, 100]);
    assert.deepEqual(pagesOf('columns'), [500, 500]);
    await harness.close();
  });

  it('should keep more from the moment that it is asked for', async () => {
    const harness = await watched();
    await harness.clock.settle(harness.watch.keepKeyspaces(['logs']));
    assert.deepEqual(tables(harness, 'logs'), ['lines']);
    const count = asked(harness).length;
    await harness.clock.settle(harness.watch.keepKeyspaces(['logs']));
    assert.equal(asked(harness).length, count, 'what is kept already is not read again');
    await harness.clock.settle(harness.watch.keepKeyspaces('all'));
    assert.deepEqual(tables(harness, 'shop'), ['orders', 'users']);
    assert.deepEqual(harness.events, []);
    await harness.close();
  });

  it('should follow an event by reading what it is about, and nothing of what is not kept', async () => {
    const harness = await watched({ keptKeyspaces: ['shop'] });
    const before = asked(harness).length;
    const { schema } = harness.cluster;
    schema.addTable('shop', 'carts', { id: t.uuid });
    schema.addTable('logs', 'more', { id: t.uuid });
    harness.cluster.pushEvent({
      type: 'SCHEMA_CHANGE',
      changeType: 'CREATED',
      target: 'TABLE',
      keyspace: 'shop',
      name: 'carts',
    });
    harness.cluster.pushEvent({
      type: 'SCHEMA_CHANGE',
      changeType: 'CREATED',
      target: 'TABLE',
      keyspace: 'logs',
      name: 'more',
    });
    await harness.clock.advance(1100);
    assert.deepEqual(tables(harness, 'shop'), ['carts', 'orders', 'users']);
    assert.deepEqual(harness.events, ['CREATED TABLE shop.carts', 'CREATED TABLE logs.more']);
    const statements = asked(harness).slice(before);
    assert.ok(statements.length > 0 && statements.every((cql) => cql.includes("'carts'")), statements.join('\n'));
    await harness.close();
  });

  it('should follow many changes by reading their keyspace, not everything', async () => {
    const harness = await watched({ keptKeyspaces: 'all' });
    const before = asked(harness).length;
    for (let i = 0; i < 60; i++) {
      harness.cluster.schema.addTable('shop', `t${i}`, { id: t.uuid });
      harness.cluster.pushEvent({
        type: 'SCHEMA_CHANGE',
        changeType: 'CREATED',
        target: 'TABLE',
        keyspace: 'shop',
        name: `t${i}`,
      });
    }
    await harness.clock.advance(3_000);
    assert.equal(tables(harness, 'shop').length, 62);
    assert.equal(harness.events.length, 60);
    const statements = asked(harness).slice(before);
    assert.ok(
      statements.every((cql) => cql.includes("WHERE keyspace_name = 'shop'")),
      statements.join('\n'),
    );
    assert.ok(
      statements.some((cql) => cql.endsWith("WHERE keyspace_name = 'shop'")),
      'the keyspace as a whole',
    );
    await harness.close();
  });

  it('should see a keyspace dropped and another created', async () => {
    const harness = await watched({ keptKeyspaces: ['shop'] });
    harness.cluster.schema.dropKeyspace('shop').addKeyspace('next', simple);
    harness.cluster.pushEvent({ type: 'SCHEMA_CHANGE', changeType: 'DROPPED', target: 'KEYSPACE', keyspace: 'shop' });
    harness.cluster.pushEvent({ type: 'SCHEMA_CHANGE', changeType: 'CREATED', target: 'KEYSPACE', keyspace: 'next' });
    await harness.clock.advance(1100);
    assert.deepEqual([...harness.watch.metadata.keyspaces.keys()].sort(), ['logs', 'next']);
    assert.deepEqual(harness.events, ['DROPPED KEYSPACE shop.', 'CREATED KEYSPACE next.']);
    await harness.close();
  });

  it('should route by the replication of a keyspace as soon as it is known to have changed', async () => {
    const harness = await watched({ keptKeyspaces: ['shop'] });
    const key = Buffer.from('k');
    assert.equal(harness.watch.replicas('logs', key, 0, 1).length, 1);
    assert.equal(harness.watch.replicas('shop', key, 0, 1).length, 1);
    for (const name of ['logs', 'shop']) {
      harness.cluster.schema.addKeyspace(name, { ...simple, replication_factor: '3' });
      harness.cluster.pushEvent({ type: 'SCHEMA_CHANGE', changeType: 'UPDATED', target: 'KEYSPACE', keyspace: name });
    }
    await harness.clock.advance(1100);
    assert.equal(harness.watch.replicas('logs', key, 0, 1).length, 3);
    assert.equal(harness.watch.replicas('shop', key, 0, 1).length, 3);
    assert.deepEqual(tables(harness, 'shop'), ['orders', 'users']);
    await harness.close();
  });

  it('should read a keyspace that it hears of for the first time by what is in it', async () => {
    const harness = await watched({ keptKeyspaces: ['next'] });
    for (const keyspaceName of ['next', 'other']) {
      harness.cluster.schema.addTable(keyspaceName, 'first', { id: t.uuid });
      harness.cluster.pushEvent({
        type: 'SCHEMA_CHANGE',
        changeType: 'CREATED',
        target: 'TABLE',
        keyspace: keyspaceName,
        name: 'first',
      });
    }
    await harness.clock.advance(1100);
    assert.deepEqual(tables(harness, 'next'), ['first']);
    assert.equal(keyspace(harness, 'other').isComplete, false);
    await harness.close();
  });

  it('should keep the contents of keyspaces when only the replication of others is read', async () => {
    const harness = await watched({ keptKeyspaces: ['shop'] });
    harness.cluster.schema.addKeyspace('logs', { ...simple, replication_factor: '2' });
    harness.cluster.pushEvent({ type: 'SCHEMA_CHANGE', changeType: 'UPDATED', target: 'KEYSPACE', keyspace: 'logs' });
    await harness.clock.advance(1100);
    assert.deepEqual(tables(harness, 'shop'), ['orders', 'users']);
    await harness.close();
  });

  it('should tell what changed while there was no control connection', async () => {
    const harness = await watched({ keptKeyspaces: ['shop'] });
    await harness.cluster.stopNode(harness.cluster.node(0), { silently: true });
    harness.cluster.schema.addTable('shop', 'carts', { id: t.uuid });
    harness.cluster.schema.dropTable('shop', 'users');
    harness.cluster.schema.addKeyspace('next', simple);
    await harness.clock.advance(2000);
    assert.deepEqual(tables(harness, 'shop'), ['carts', 'orders']);
    const schemaEvents = harness.events.filter((event) => /KEYSPACE|TABLE/.test(event));
    assert.deepEqual(schemaEvents.sort(), [
      'CREATED KEYSPACE next.',
      'CREATED TABLE shop.carts',
      'DROPPED TABLE shop.users',
    ]);
    await harness.close();
  });

  it('should tell once of an event that waits when the control connection is lost', async () => {
    const harness = await watched({ keptKeyspaces: ['shop'] });
    harness.cluster.schema.addTable('shop', 'carts', { id: t.uuid });
    harness.cluster.pushEvent({
      type: 'SCHEMA_CHANGE',
      changeType: 'CREATED',
      target: 'TABLE',
      keyspace: 'shop',
      name: 'carts',
    });
    await harness.clock.advance(10);
    await harness.cluster.stopNode(harness.cluster.node(0), { silently: true });
    await harness.clock.advance(3000);
    assert.deepEqual(
      harness.events.filter((event) => event.includes('TABLE')),
      ['CREATED TABLE shop.carts'],
    );
    await harness.close();
  });

  it('should ask another node when one cannot tell the schema any more', async () => {
    const harness = await watched({ keptKeyspaces: ['shop'] });
    harness.cluster.node(0).when(/system_schema/, error('overloaded'));
    harness.cluster.schema.addTable('shop', 'carts', { id: t.uuid });
    harness.cluster.pushEvent({
      type: 'SCHEMA_CHANGE',
      changeType: 'CREATED',
      target: 'TABLE',
      keyspace: 'shop',
      name: 'carts',
    });
    harness.cluster.pushEvent({
      type: 'SCHEMA_CHANGE',
      changeType: 'CREATED',
      target: 'TABLE',
      keyspace: 'logs',
      name: 'more',
    });
    await harness.clock.advance(5000);
    assert.notEqual(harness.controlHost, '10.0.0.1');
    assert.deepEqual(tables(harness, 'shop'), ['carts', 'orders', 'users']);
    assert.deepEqual(
      harness.events.filter((event) => event.includes('TABLE')),
      ['CREATED TABLE shop.carts', 'CREATED TABLE logs.more'],
    );
    await harness.close();
  });

  it('should be read whole after a burst of changes', async () => {
    const harness = await watched({ keptKeyspaces: ['shop'] });
    const before = asked(harness).length;
    for (let i = 0; i < 200; i++) {
      harness.cluster.schema.addTable('shop', `t${i}`, { id: t.uuid });
      harness.cluster.pushEvent({
        type: 'SCHEMA_CHANGE',
        changeType: 'CREATED',
        target: 'TABLE',
        keyspace: 'shop',
        name: `t${i}`,
      });
    }
    await harness.clock.advance(3000);
    assert.equal(tables(harness, 'shop').length, 202);
    assert.equal(harness.events.length, 200);
    assert.ok(asked(harness).length - before < 200, `${asked(harness).length - before} statements`);
    await harness.close();
  });

  it('should have what a session changed by the time the nodes agree', async () => {
    const harness = await watched({ keptKeyspaces: ['shop'] });
    harness.cluster.schema.addTable('shop', 'carts', { id: t.uuid });
    const agreed = harness.watch.schemaAgreement(5000, undefined, {
      changeType: 'CREATED',
      target: 'TABLE',
      keyspace: 'shop',
      name: 'carts',
    });
    assert.equal(await harness.clock.settle(agreed), true);
    assert.deepEqual(tables(harness, 'shop'), ['carts', 'orders', 'users']);
    assert.deepEqual(harness.events, [], 'the event tells of it');
    await harness.close();
  });
});
