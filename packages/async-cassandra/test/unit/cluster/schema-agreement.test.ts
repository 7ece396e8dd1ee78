import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SessionClosedError } from '../../../src/errors/index.ts';
import { nothing, WatchHarness } from './watch-harness.ts';

describe('SchemaAgreement', () => {
  it('should wait until all nodes that are up have one version, and read the metadata then', async () => {
    const harness = await WatchHarness.connected();
    harness.cluster.setSchemaVersion('new', [harness.cluster.node(1)]);
    harness.cluster.schema.addKeyspace('late', { class: 'SimpleStrategy', replication_factor: '1' });
    const waiting = harness.watch.schemaAgreement(10_000);
    await harness.clock.advance(1000);
    harness.cluster.setSchemaVersion('new');
    assert.equal(await harness.clock.settle(waiting), true);
    assert.ok(harness.watch.metadata.keyspaces.has('late'));
    assert.ok(harness.clock.now() < 1500);
    await harness.close();
  });

  it('should say that they do not agree when time is up, and leave nothing', async () => {
    const harness = await WatchHarness.connected();
    harness.cluster.setSchemaVersion('new', [harness.cluster.node(1)]);
    assert.equal(await harness.clock.settle(harness.watch.schemaAgreement(3000)), false);
    assert.ok(harness.clock.now() < 3500);
    assert.deepEqual(await harness.close(), nothing);
  });

  it('should not count nodes that are down', async () => {
    const harness = await WatchHarness.connected();
    await harness.session();
    harness.cluster.setSchemaVersion('old', [harness.cluster.node(1)]);
    await harness.cluster.stopNode(harness.cluster.node(1));
    await harness.clock.advance(100);
    assert.equal(await harness.clock.settle(harness.watch.schemaAgreement(3000)), true);
    await harness.close();
  });

  it('should go on with another node when the control connection is lost', async () => {
    const harness = await WatchHarness.connected();
    harness.cluster.setSchemaVersion('new', [harness.cluster.node(1)]);
    const waiting = harness.watch.schemaAgreement(10_000);
    await harness.clock.advance(500);
    await harness.cluster.stopNode(harness.cluster.node(0));
    await harness.clock.advance(500);
    harness.cluster.setSchemaVersion('new');
    assert.equal(await harness.clock.settle(waiting), true);
    await harness.close();
  });

  it('should share its questions among those who wait, and let one of them go alone', async () => {
    const harness = await WatchHarness.connected();
    harness.cluster.setSchemaVersion('new', [harness.cluster.node(1)]);
    const log = harness.cluster.node(0).log;
    const before = log.total;
    const controller = new AbortController();
    const impatient = harness.watch.schemaAgreement(10_000, controller.signal);
    const others = Array.from({ length: 50 }, () => harness.watch.schemaAgreement(10_000));
    await harness.clock.advance(1000);
    controller.abort(new Error('enough'));
    await assert.rejects(harness.clock.settle(impatient), { name: 'AbortError' });
    harness.cluster.setSchemaVersion('new');
    assert.deepEqual(new Set(await harness.clock.settle(Promise.all(others))), new Set([true]));
    assert.ok(log.total - before < 40, String(log.total - before));
    await harness.close();
  });

  it('should end when the cluster is closed while there is no control connection', async () => {
    const harness = await WatchHarness.connected();
    for (const node of harness.cluster.nodes) await harness.cluster.stopNode(node, { silently: true });
    await harness.clock.advance(1000);
    const waiting = harness.watch.schemaAgreement(10_000);
    waiting.catch(() => undefined);
    await harness.clock.advance(300);
    const before = harness.clock.now();
    assert.deepEqual(await harness.close(), nothing);
    await assert.rejects(waiting, SessionClosedError);
    assert.ok(harness.clock.now() - before < 100);
  });

  it('should end when the cluster is closed', async () => {
    const harness = await WatchHarness.connected();
    harness.cluster.setSchemaVersion('new', [harness.cluster.node(1)]);
    const waiting = harness.watch.schemaAgreement(10_000);
    waiting.catch(() => undefined);
    await harness.clock.advance(300);
    assert.deepEqual(await harness.close(), nothing);
    await assert.rejects(waiting, SessionClosedError);
  });
});
