import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { metricsOf } from '../../../../scripts/dashboards/expression.ts';
import { generatedFiles } from '../../../../scripts/dashboards/files.ts';
import { allSections } from '../../../../scripts/dashboards/sections.ts';
import { metricDefinitions } from '../../../../src/observability/metrics/metric-catalogue.ts';

const folder = join(import.meta.dirname, '../../../..');

interface GrafanaPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
}

describe('the generated dashboard and alerts', () => {
  for (const [path, text] of generatedFiles()) {
    it(`should be what is committed: ${path}`, () => {
      const why = `${path} is not what is generated; run node --import tsx packages/async-cassandra/scripts/generate-dashboards.ts`;
      assert.ok(readFileSync(join(folder, path), 'utf8') === text, why);
    });
  }

  it('should show every metric', () => {
    const shown = new Set(
      allSections().flatMap(({ panels }) =>
        panels.flatMap(({ targets }) => targets.flatMap(({ expression }) => [...metricsOf(expression)])),
      ),
    );
    assert.deepEqual(
      metricDefinitions.filter(({ name }) => !shown.has(name)),
      [],
    );
  });

  it('should have panels that do not overlap, each with an id and a title of its own', () => {
    const { panels } = JSON.parse(generatedFiles().get('dashboards/grafana.json') ?? '') as { panels: GrafanaPanel[] };
    assert.ok(panels.length > 30);
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    const titles = panels.filter(({ type }) => type !== 'row').map(({ title }) => title);
    assert.deepEqual(
      titles.filter((title, index) => titles.indexOf(title) !== index),
      [],
    );
    const taken = new Map<string, string>();
    for (const { title, gridPos, targets = [] } of panels) {
      assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        assert.ok(x < 24, `${title} is too wide`);
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          assert.equal(taken.get(`${x},${y}`), undefined, `${title} overlaps another panel`);
          taken.set(`${x},${y}`, title);
        }
      }
    }
  });
});

describe('metricsOf', () => {
  it('should refuse series and labels that are not there', () => {
    assert.deepEqual([...metricsOf('sum by (job) (cassandra_sessions{job="x"})')], ['cassandra_sessions']);
    for (const expression of [
      'cassandra_nonsense',
      'cassandra_query_duration_seconds',
      'cassandra_sessions_bucket',
      'cassandra_sessions{node="x"}',
      'sum by (node) (cassandra_sessions)',
      'vector(1)',
    ]) {
      assert.throws(() => metricsOf(expression), Error, expression);
    }
  });
});
