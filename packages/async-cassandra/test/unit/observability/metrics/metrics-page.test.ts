import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DURATION_BUCKETS } from '../../../../src/observability/index.ts';
import { metricsTable } from '../../../support/metrics-table.ts';

const page = readFileSync(new URL('../../../../../../docs/metrics.md', import.meta.url), 'utf8');

test('the page of metrics should list what is exported: this is the table it has to have', () => {
  const listed = page.split('\n').filter((line) => line.startsWith('| `cassandra_'));
  const wanted = metricsTable().split('\n').slice(2);
  assert.equal(listed.join('\n'), wanted.join('\n'), metricsTable());
});

test('the page of metrics should name the buckets of durations', () => {
  assert.ok(page.includes(DURATION_BUCKETS.join(', ')), DURATION_BUCKETS.join(', '));
});
