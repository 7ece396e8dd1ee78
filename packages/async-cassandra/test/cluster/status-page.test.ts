import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type AsyncCassandraSession, type AsyncCluster, StatusPage } from 'async-cassandra';
import type { EmbeddedCluster, EmbeddedNode } from 'embedded-cassandra';
import type { Browser } from 'playwright-core';
import { accessibilityViolations, keepScreenshot, openPage, startBrowser } from '../support/web/browser.ts';
import { skipWithoutChromium } from '../support/web/executables.ts';
import { PageServer } from '../support/web/page-server.ts';
import { clientOf, createSchema, startNodes } from './support/real-cluster.ts';

const WITHIN_MS = 5000;
const KEYSPACE = 'status';

describe('The status page of real nodes, in a browser', { skip: skipWithoutChromium() }, () => {
  let nodes: EmbeddedCluster;
  let cluster: AsyncCluster;
  let session: AsyncCassandraSession;
  let page: StatusPage;
  let web: PageServer;
  let browser: Browser;
  let load: Promise<void>;
  let isLoading = true;

  before(async () => {
    nodes = await startNodes({ nodes: 3, jvmArgs: ['-XX:TieredStopAtLevel=1'] });
    await createSchema(nodes, [
      `CREATE KEYSPACE ${KEYSPACE} WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3}`,
      `CREATE TABLE ${KEYSPACE}.t (k int PRIMARY KEY, v int)`,
    ]);
    cluster = clientOf(nodes);
    session = await cluster.connect(KEYSPACE);
    page = new StatusPage(cluster, session, { intervalMs: 500, refreshMs: 1000 });
    web = await PageServer.start((format) => page.respond(format));
    browser = await startBrowser();
    load = keepAsking();
  });

  after(async () => {
    isLoading = false;
    await load;
    await browser?.close();
    await web?.[Symbol.asyncDispose]();
    page?.stop();
    await cluster?.shutdown();
    await nodes?.stop();
  });

  async function keepAsking(): Promise<void> {
    for (let k = 0; isLoading; k++) {
      const requests = Array.from({ length: 8 }, (_, n) =>
        session.execute('SELECT v FROM t WHERE k = ?', [8 * k + n], { consistency: 'ONE' }),
      );
      await Promise.allSettled(requests);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  it('should show within 5 seconds that a node was killed, stay accessible, and show its return', async (t) => {
    const killed = nodes.nodes[2] as EmbeddedNode;
    await using open = await openPage(browser, web.url);
    const row = open.page.locator('tr', { hasText: String(killed) });
    await open.page.getByText('All 3 nodes are up').waitFor();
    // Some history, so that there is something to be seen.
    await open.page.waitForTimeout(10_000);
    await keepScreenshot(open.page, 'real-before');
    await killed.kill();
    const began = performance.now();
    await row.getByText('Down').waitFor({ timeout: WITHIN_MS });
    t.diagnostic(`Shown ${Math.round(performance.now() - began)} ms after the kill`);
    assert.match((await open.page.getByRole('status').textContent()) ?? '', /1 node of 3 not up: .* is down/);
    assert.deepEqual(await accessibilityViolations(open.page), []);
    await keepScreenshot(open.page, 'real-killed');
    await killed.restart();
    await open.page.getByText('All 3 nodes are up').waitFor({ timeout: 60_000 });
    await keepScreenshot(open.page, 'real-back');
    assert.deepEqual(open.complaints, []);
  });
});
