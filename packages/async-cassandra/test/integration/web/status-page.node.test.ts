import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { AsyncCluster, type AsyncCassandraSession, StatusPage } from '../../../src/index.ts';
import { delayed, error, eventually, rows, ScriptedCluster, t } from '../../support/index.ts';
import { accessibilityViolations, keepScreenshot, openPage, startBrowser } from '../../support/web/browser.ts';
import { skipWithoutChromium } from '../../support/web/executables.ts';
import { PageServer } from '../../support/web/page-server.ts';

const WITHIN_MS = 5000;

/** On scripted nodes: what happens when is decided here. `test/cluster` has the same on real ones. */
describe('The status page in a browser', { skip: skipWithoutChromium() }, () => {
  let servers: ScriptedCluster;
  let cluster: AsyncCluster;
  let session: AsyncCassandraSession;
  let page: StatusPage;
  let web: PageServer;
  let browser: Browser;

  before(async () => {
    servers = await ScriptedCluster.start({ nodes: { dc1: 3, dc2: 3 }, racks: 3 });
    servers.when('SELECT v FROM t', delayed(2, rows({ v: t.int }, [[1]])));
    servers.when('SELECT v FROM broken', error('readTimeout'));
    cluster = new AsyncCluster({ contactPoints: servers.contactPoints, localDataCenter: 'dc1' });
    session = await cluster.connect();
    page = new StatusPage(cluster, session, { intervalMs: 200, refreshMs: 200, title: 'Shop & <Co>' });
    page.start();
    web = await PageServer.start((format) => page.respond(format));
    browser = await startBrowser();
    for (let i = 0; i < 5; i++) await work();
  });

  after(async () => {
    await browser?.close();
    await web?.[Symbol.asyncDispose]();
    page?.stop();
    await cluster?.shutdown({ drainTimeoutMs: 0 });
    await servers?.stop();
  });

  async function work(): Promise<void> {
    const requests = Array.from({ length: 20 }, () =>
      session.execute('SELECT v FROM t', undefined, { prepare: false }),
    );
    await Promise.all(requests);
    await session.execute('SELECT v FROM broken', undefined, { prepare: false }).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 210));
  }

  for (const [name, options] of [
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['narrow', { colorScheme: 'light', viewport: { width: 390, height: 844 } }],
    ['high contrast', { forcedColors: 'active' }],
  ] as const) {
    it(`should be accessible: ${name}`, async () => {
      await using open = await openPage(browser, web.url, options);
      assert.equal(await open.page.locator('h1').textContent(), `Shop & <Co>: ${cluster.metadata.clusterName}`);
      assert.deepEqual(await accessibilityViolations(open.page), []);
      await keepScreenshot(open.page, `status-page-${name}`);
      assert.deepEqual(open.complaints, []);
    });
  }

  it('should find the violations of a page that has some', async () => {
    await using open = await openPage(browser, web.url);
    await open.page.evaluate("document.documentElement.removeAttribute('lang')");
    const found = await accessibilityViolations(open.page);
    assert.match(found.join(), /html-has-lang/);
  });

  it('should have every line of a chart in words', async () => {
    await using open = await openPage(browser, web.url);
    const labels = await open.page.locator('svg[role=img]').evaluateAll((all) => all.map((each) => each.ariaLabel));
    assert.ok(labels.length >= 4 + 2 * 3, `${labels.length} charts`);
    assert.deepEqual(
      labels.filter((label) => label === null || label.length < 10),
      [],
    );
  });

  it('should be worked with by keyboard alone, and keep the focus when it is updated', async () => {
    await using open = await openPage(browser, web.url);
    const focused = (): Promise<unknown> =>
      open.page.evaluate('document.activeElement.id || document.activeElement.className');
    await open.page.keyboard.press('Tab');
    assert.equal(await focused(), 'pause');
    await open.page.keyboard.press('Tab');
    assert.equal(await focused(), 'scroll');
    const answered = web.answered;
    await eventually(() => web.answered >= answered + 2, WITHIN_MS);
    assert.equal(await focused(), 'scroll');
  });

  it('should pause and resume', async () => {
    await using open = await openPage(browser, web.url);
    await open.page.getByRole('button', { name: 'Pause updates' }).press('Enter');
    await open.page.waitForTimeout(300);
    const answered = web.answered;
    await open.page.waitForTimeout(700);
    assert.equal(web.answered, answered);
    await open.page.getByRole('button', { name: 'Resume updates' }).press('Space');
    await eventually(() => web.answered > answered, WITHIN_MS);
  });

  it('should say when the service does not answer, and when it does again', async () => {
    await using open = await openPage(browser, web.url);
    const alert = open.page.getByRole('alert').locator('p');
    assert.equal(await alert.isVisible(), false);
    web.isRefusing = true;
    try {
      await alert.waitFor({ state: 'visible', timeout: WITHIN_MS });
      assert.match((await alert.textContent()) ?? '', /has not answered since \d/);
      assert.deepEqual(await accessibilityViolations(open.page), []);
    } finally {
      web.isRefusing = false;
    }
    await alert.waitFor({ state: 'hidden', timeout: WITHIN_MS });
  });

  it('should show its figures without a script too', async () => {
    await using open = await openPage(browser, web.url, { javaScriptEnabled: false });
    assert.equal(await open.page.locator('tbody tr.up').count(), upNodes());
    assert.equal(await open.page.getByRole('button').count(), 0);
  });

  it('should announce a node that is lost, and show it, within 5 seconds', async () => {
    await using open = await openPage(browser, web.url);
    const lost = servers.node(1);
    await watchAnnouncements(open.page);
    await servers.stopNode(lost);
    const row = open.page.locator('tr', { hasText: lost.contactPoint });
    await row.getByText('Down').waitFor({ timeout: WITHIN_MS });
    await eventually(
      async () => /not up: .* is down/.test(String(await open.page.evaluate('announced.join()'))),
      WITHIN_MS,
    );
    await keepScreenshot(open.page, 'status-page-node-down');
    assert.deepEqual(await accessibilityViolations(open.page), []);
    assert.match(await open.page.title(), /^\(!\) /);
    await servers.startNode(lost);
    await row.getByText('Up', { exact: false }).waitFor({ timeout: 20_000 });
    assert.deepEqual(open.complaints, []);
  });

  function upNodes(): number {
    return page.snapshot().nodes.filter((node) => node.condition === 'up').length;
  }
});

/** Collects what a screen reader would be given by the live region. */
async function watchAnnouncements(page: Page): Promise<void> {
  await page.evaluate(`
    window.announced = [];
    new MutationObserver(() => announced.push(document.querySelector('[role=status]').textContent))
      .observe(document.querySelector('[role=status]'), { childList: true, characterData: true, subtree: true });`);
}
