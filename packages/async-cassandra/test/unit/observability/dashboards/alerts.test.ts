import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { alertGroups } from '../../../../scripts/dashboards/alerts.ts';
import { metricsOf } from '../../../../scripts/dashboards/expression.ts';
import { findProgram } from '../../../support/web/executables.ts';
import { boundRuleCases } from './bound-rule-cases.ts';
import { connectionRuleCases } from './connection-rule-cases.ts';
import { nodeRuleCases } from './node-rule-cases.ts';
import type { RuleCase } from './rule-case.ts';
import { trafficRuleCases } from './traffic-rule-cases.ts';

const RULES = join(import.meta.dirname, '../../../../dashboards/alerts.yml');
const rules = alertGroups.flatMap((group) => group.rules);
const ruleCases = [...nodeRuleCases, ...trafficRuleCases, ...boundRuleCases, ...connectionRuleCases];
const promtool = findProgram('promtool');
const skip =
  promtool === undefined ? 'No promtool on the PATH; install Debian\'s package "prometheus"' : (false as const);

describe('the alert rules', () => {
  it('should each have one name, steps to take, and at least one case that fires and one that does not', () => {
    assert.equal(new Set(rules.map(({ name }) => name)).size, rules.length);
    for (const { name, steps } of rules) {
      assert.ok(steps.length > 0, name);
      const cases = ruleCases.filter(({ alert }) => alert === name);
      assert.ok(
        cases.some(({ fires }) => fires.length > 0),
        `No case in which ${name} fires`,
      );
      assert.ok(
        cases.some(({ fires }) => fires.length === 0),
        `No case in which ${name} does not fire`,
      );
    }
    assert.deepEqual(
      ruleCases.filter(({ alert }) => !rules.some(({ name }) => name === alert)),
      [],
    );
  });

  it('should read metrics that there are, by labels that they have', () => {
    for (const { expression } of rules) assert.ok(metricsOf(expression).size > 0);
  });

  it('should be rules to Prometheus', { skip }, () => {
    const said = execFileSync(promtool as string, ['check', 'rules', RULES], { encoding: 'utf8' });
    assert.match(said, new RegExp(`SUCCESS: ${rules.length} rules found`));
  });

  it('should fire when they should, and only then', { skip }, () => {
    assert.equal(testRules(ruleCases), '');
  });

  it('should be seen not to fire, too', { skip }, () => {
    const [first] = ruleCases as [RuleCase];
    assert.match(testRules([{ ...first, fires: [] }]), /exp: nil\s+got: .*CassandraNodeDown/);
  });
});

/** @returns what promtool complains about */
function testRules(cases: readonly RuleCase[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'alerts-'));
  try {
    const file = join(folder, 'cases.yml');
    // JSON is YAML.
    writeFileSync(file, JSON.stringify(promtoolFile(cases)));
    const { status, stdout, stderr } = spawnSync(promtool as string, ['test', 'rules', file], { encoding: 'utf8' });
    return status === 0 ? '' : `${stdout}\n${stderr}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function promtoolFile(cases: readonly RuleCase[]): object {
  return {
    rule_files: [RULES],
    evaluation_interval: '15s',
    tests: cases.map(({ alert, name, series, fires, at }) => ({
      name: `${alert}: ${name}`,
      interval: '15s',
      input_series: Object.entries(series).map(([key, values]) => ({ series: key, values })),
      promql_expr_test: [firing(alert, fires, at)],
    })),
  };
}

/** What is firing, by its labels: the texts are for people. */
function firing(alert: string, fires: RuleCase['fires'], at: string): object {
  const severity = rules.find(({ name }) => name === alert)?.severity ?? '';
  return {
    expr: `ALERTS{alertname="${alert}",alertstate="firing"}`,
    eval_time: at,
    exp_samples: fires.map((labels) => ({
      labels: `ALERTS{${Object.entries({ ...labels, alertname: alert, alertstate: 'firing', severity })
        .map(([name, value]) => `${name}="${value}"`)
        .join(', ')}}`,
      value: 1,
    })),
  };
}
