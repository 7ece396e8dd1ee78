/**
 * A service on three real nodes, scraped by a real Prometheus with the package's alert rules: every query of the dashboard
 * has data, and alerts fire when a node is killed. At full size the picture in docs/dashboards.md is drawn from it.
 *
 *     npm run prove -- prometheus
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { EmbeddedCluster, EmbeddedNode } from 'embedded-cassandra';
import { clientOf, createSchema, startNodes } from '../cluster/support/real-cluster.ts';
import { eventually } from '../support/index.ts';
import { drawDashboard, type DrawnPanel } from '../support/prometheus/dashboard-picture.ts';
import { MeasuredService } from '../support/prometheus/measured-service.ts';
import { type ActiveAlert, Prometheus, skipWithoutPrometheus } from '../support/prometheus/prometheus.ts';

const KEYSPACE = 'measured';
const PACKAGE = join(import.meta.dirname, '../..');
const PICTURE = join(PACKAGE, '../../docs/dashboard.svg');
/** Long enough for rates; the dashboard takes four scrapes at least. */
const RATE_WINDOW = '15s';
const STEADY_MS = 45_000;

interface GrafanaPanel {
  readonly type: string;
  readonly title: string;
  readonly gridPos: DrawnPanel['place'];
  readonly fieldConfig?: { readonly defaults: { readonly unit: string } };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

describe('A service that is scraped by Prometheus', { skip: skipWithoutPrometheus() }, () => {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const seconds = (): number => Date.now() / 1000;
  let nodes: EmbeddedCluster;
  let service: MeasuredService;
  let prometheus: Prometheus;
  let began = 0;

  before(async () => {
    nodes = await startNodes({ nodes: 3, jvmArgs: ['-XX:TieredStopAtLevel=1'] });
    await createSchema(nodes, [
      `CREATE KEYSPACE ${KEYSPACE} WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3}`,
      `CREATE TABLE ${KEYSPACE}.t (k int PRIMARY KEY, v int)`,
      `CREATE KEYSPACE ${KEYSPACE}_once WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 1}`,
      `CREATE TABLE ${KEYSPACE}_once.few (k int PRIMARY KEY, v int)`,
    ]);
    service = await MeasuredService.start((options) => clientOf(nodes, options), KEYSPACE);
    prometheus = await Prometheus.start({
      target: service.address,
      ruleFiles: [join(PACKAGE, 'dashboards/alerts.yml')],
    });
    began = seconds();
    service.work();
    await new Promise((resolve) => setTimeout(resolve, STEADY_MS));
  });

  after(async () => {
    await service?.[Symbol.asyncDispose]();
    await prometheus?.[Symbol.asyncDispose]();
    await nodes?.stop();
  });

  async function firing(name: string): Promise<readonly ActiveAlert[]> {
    return (await prometheus.alerts()).filter(
      ({ labels, state }) => labels['alertname'] === name && state === 'firing',
    );
  }

  async function draw(panel: GrafanaPanel): Promise<DrawnPanel> {
    const lines: { legend: string; points: DrawnPanel['lines'][number]['points'] }[] = [];
    for (const { expr, legendFormat } of panel.targets ?? []) {
      const query = expr.replaceAll('$__rate_interval', RATE_WINDOW).replaceAll(/"\$\w+"/g, '".*"');
      const found = await prometheus.range(query, began, seconds(), 2);
      if (found.length === 0) lines.push({ legend: `NOTHING: ${query}`, points: [] });
      for (const { labels, points } of found) {
        lines.push({
          legend: legendFormat.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => labels[name] ?? ''),
          points,
        });
      }
    }
    const { type, title, gridPos } = panel;
    return { type, title, unit: panel.fieldConfig?.defaults.unit ?? '', place: gridPos, lines };
  }

  it('should have rules that all can be evaluated, and no node that is said to be down', async () => {
    assert.deepEqual(await prometheus.brokenRules(), []);
    assert.deepEqual(await firing('CassandraNodeDown'), []);
    assert.deepEqual(await firing('CassandraNoNodeConnected'), []);
  });

  it('should see an alert fire when a node is killed, and end when it is back', async () => {
    const killed = nodes.nodes[2] as EmbeddedNode;
    const killedAt = performance.now();
    await killed.kill();
    await eventually(async () => (await firing('CassandraNodeDown')).length > 0, 120_000, 500);
    const [alert] = (await firing('CassandraNodeDown')) as [ActiveAlert];
    say(`CassandraNodeDown fired ${Math.round((performance.now() - killedAt) / 1000)} s after the kill`);
    assert.deepEqual(alert.labels, {
      alertname: 'CassandraNodeDown',
      severity: 'warning',
      job: 'shop',
      datacenter: 'dc1',
      node: String(killed),
    });
    assert.match(alert.annotations['summary'] ?? '', /Every instance of shop takes .* in dc1 for down/);
    assert.match(alert.annotations['runbook'] ?? '', /docs\/alerts\.md#cassandranodedown$/);
    assert.deepEqual(await firing('CassandraSeveralNodesDown'), []);
    await killed.restart();
    await eventually(async () => (await firing('CassandraNodeDown')).length === 0, 90_000, 500);
    say(
      `Others that were firing at the end: ${(await prometheus.alerts()).map(({ labels, state }) => `${labels['alertname']} (${state})`).join(', ')}`,
    );
  });

  it('should have data for every query of the dashboard', async () => {
    const { panels } = JSON.parse(readFileSync(join(PACKAGE, 'dashboards/grafana.json'), 'utf8')) as {
      readonly panels: readonly GrafanaPanel[];
    };
    const drawn: DrawnPanel[] = [];
    for (const panel of panels) drawn.push(await draw(panel));
    const targets = panels.flatMap(({ targets: all = [] }) => all);
    say(`${targets.length} queries of ${panels.length} panels`);
    const picture = process.env['DASHBOARD_PICTURE'];
    if (picture !== undefined)
      writeFileSync(picture === '' ? PICTURE : picture, drawDashboard(drawn, began, seconds()));
    const empty = drawn.flatMap(({ title, lines }) =>
      lines.filter(({ points }) => points.length === 0).map(({ legend }) => `${title}: ${legend}`),
    );
    assert.deepEqual(empty, []);
  });
});
