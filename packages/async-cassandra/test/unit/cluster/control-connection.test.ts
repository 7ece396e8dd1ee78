import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NoHostAvailableError, SessionClosedError } from '../../../src/errors/index.ts';
import { error, never } from '../../support/index.ts';
import { nothing, WatchHarness } from './watch-harness.ts';

async function stopAll(harness: WatchHarness): Promise<void> {
  for (const node of harness.cluster.nodes) await harness.cluster.stopNode(node, { silently: true });
}

function keyspacesRead(harness: WatchHarness): string[] {
  return harness.cluster.nodes
    .filter((node) => node.log.all.some(({ cql }) => cql?.includes('system_schema.keyspaces') === true))
    .map((node) => node.host);
}

describe('ControlConnection', () => {
  it('should not wait for its time when a session has reached a node', async () => {
    const h = await WatchHarness.connected();
    const pools = await h.session();
    await stopAll(h);
    await h.clock.advance(300_000);
    const [node] = h.cluster.nodes;
    assert.ok(node);
    await h.cluster.startNode(node, { silently: true });
    // Its next attempt is due some time within a minute, that of the pool now.
    const connects = h.network.connects;
    pools.poolOf(h.node(node.host))?.reconnectNow();
    await h.clock.advance(100);
    assert.ok(h.network.connects > connects);
    assert.equal(h.controlHost, node.host);
    assert.deepEqual(await h.close(), nothing);
  });

  it('should pass over a node that fails after it was found', async () => {
    const h = await WatchHarness.start({ contacts: ['10.0.0.1', '10.0.0.2', '10.0.0.3'] });
    const [good, ...bad] = h.cluster.nodes;
    for (const node of bad) node.when(/system_schema\.keyspaces/, error('serverError'));
    await h.connect();
    assert.equal(h.controlHost, good?.host);
    assert.deepEqual(await h.close(), nothing);
  });

  it('should pass over no more than three, as each may take its time', async () => {
    const contacts = Array.from({ length: 6 }, (_, i) => `10.0.0.${i + 1}`);
    const h = await WatchHarness.start({ contacts, cluster: { nodes: 6 } });
    h.cluster.when(/system_schema\.keyspaces/, never());
    const failure: unknown = await h.clock.settle(h.watch.start().catch((reason: unknown) => reason));
    assert.ok(failure instanceof NoHostAvailableError);
    const asked = keyspacesRead(h);
    assert.equal(asked.length, 3);
    assert.deepEqual(Object.keys(failure.errors).sort(), asked.map((host) => `${host}:9042`).sort());
    assert.deepEqual(await h.close(), nothing);
  });

  it('should not settle for a connection that was lost while its first reading was taken in', async () => {
    let translationMs = 0;
    const h = await WatchHarness.start({
      addressTranslator: {
        translate: ({ address, port }) =>
          new Promise((resolve) => {
            h.clock.setTimeout(() => resolve({ host: address, port }), translationMs);
          }),
      },
    });
    await h.connect();
    await h.clock.advance(1_000);
    translationMs = 500;
    for (const link of h.network.openLinks()) link.cut();
    // The successor is found, and the addresses of the nodes are translated.
    await h.clock.advance(300);
    assert.equal(h.network.openLinks().length, 1);
    for (const link of h.network.openLinks()) link.cut();
    translationMs = 0;
    await h.clock.advance(10_000);
    assert.equal(h.watch.controlConnection?.isOpen, true);
    assert.deepEqual(await h.close(), nothing);
  });

  it('should be no longer counted when it pauses, and another one when it starts again', async () => {
    const h = await WatchHarness.connected();
    const connections = (): number =>
      [...h.watch.state.clusterNodes()].reduce((sum, node) => sum + node.connections.length, 0);
    assert.equal(connections(), 1);
    await h.clock.settle(h.watch.pause());
    assert.deepEqual([connections(), h.watch.controlConnection], [0, null]);
    await h.clock.settle(h.watch.start());
    assert.deepEqual([connections(), h.watch.controlConnection?.isOpen], [1, true]);
    assert.deepEqual(await h.close(), nothing);
  });

  describe('while there is none', () => {
    it('should answer those who wait as soon as there is one again', async () => {
      const h = await WatchHarness.connected();
      await stopAll(h);
      await h.clock.advance(10_000);
      const agreed = h.watch.schemaAgreement(200_000);
      await h.clock.advance(1_000);
      for (const node of h.cluster.nodes) await h.cluster.startNode(node, { silently: true });
      const before = h.clock.now();
      assert.equal(await h.clock.settle(agreed), true);
      // The schedule's delay by then, and a moment.
      assert.ok(h.clock.now() - before < 20_000, String(h.clock.now() - before));
      assert.deepEqual(await h.close(), nothing);
    });

    it('should tell those who wait at once that it is closed', async () => {
      const h = await WatchHarness.connected();
      await stopAll(h);
      await h.clock.advance(10_000);
      const outcome = h.watch.schemaAgreement(200_000).catch((reason: unknown) => reason);
      await h.clock.advance(1_000);
      const before = h.clock.now();
      const closing = h.close();
      assert.ok((await h.clock.settle(outcome)) instanceof SessionClosedError);
      assert.ok(h.clock.now() - before < 100);
      assert.deepEqual(await closing, nothing);
    });
  });
});
