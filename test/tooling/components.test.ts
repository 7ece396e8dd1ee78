import assert from 'node:assert/strict';
import { dirname, join, normalize } from 'node:path';
import { describe, it } from 'node:test';
import { codeBlocks, readText } from '../support/markdown.ts';

const PAGE = 'docs/from-python.md';
const ROW = /^\| `(\w+)` \| .* \| (.*) \|$/gm;
const TARGET = /\]\(([^)#]*)(?:#[^)]*)?\)/;

/** The parts that the Python library documents, as their classes and functions are called. */
const PARTS = [
  ...['AsyncCluster', 'AsyncCassandraSession', 'AsyncResultSet', 'AsyncStreamingResultSet', 'StreamConfig'],
  ...['BatchStatement', 'AsyncCassandraError', 'AsyncRetryPolicy', 'MetricsMiddleware', 'MetricsCollector'],
  ...['InMemoryMetricsCollector', 'PrometheusMetricsCollector', 'createMetricsSystem', 'ConnectionMonitor'],
  ...['RateLimitedSession', 'createMonitoredSession', 'AsyncCloseable', 'AsyncContextManageable'],
];

/** Ways to use a part other than by its name: what makes one, or what is done with it. */
const USES: Readonly<Record<string, RegExp>> = {
  AsyncResultSet: /await session\.execute\(/,
};

function pageOf(cell: string): string {
  const target = TARGET.exec(cell)?.[1];
  assert.ok(target !== undefined, `No page in ${cell}`);
  return target === '' ? PAGE : normalize(join(dirname(PAGE), target));
}

describe('the parts of the Python library', () => {
  const rows = [...readText(PAGE).matchAll(ROW)].map(([, part = '', cell = '']) => ({ part, page: pageOf(cell) }));

  it('should all be listed', () => {
    assert.deepEqual(rows.map(({ part }) => part).sort(), [...PARTS].sort());
  });

  for (const { part, page } of rows) {
    it(`should have an example that is run as a test: ${part} in ${page}`, () => {
      const use = USES[part] ?? new RegExp(`\\b${part}\\b`);
      const examples = codeBlocks(readText(page)).filter(({ marks }) => marks.includes('runnable'));
      assert.ok(
        examples.some(({ text }) => use.test(text)),
        `No block of ${page} that runs has ${String(use)}`,
      );
    });
  }
});
