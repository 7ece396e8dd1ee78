import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chart } from '../../../../src/observability/status-page/render/sparkline.ts';
import {
  formatMs,
  formatNumber,
  formatRatio,
  formatSpan,
} from '../../../../src/observability/status-page/render/format.ts';
import { describe as inWords } from '../../../../src/observability/status-page/render/tiles.ts';

/** The points of the first line. */
function points(text: string): number[][] {
  const d = /class="line line-0" d="([^"]*)"/.exec(text)?.[1] ?? '';
  return [...d.matchAll(/([ML])([\d.]+) ([\d.]+)/g)].map((match) => [
    match[1] === 'M' ? 1 : 0,
    Number(match[2]),
    Number(match[3]),
  ]);
}

describe('chart', () => {
  it('should put the newest at the right edge and higher values higher', () => {
    const svg = chart([[1, 2, 4]], { label: 'x', size: 10 }).text;
    assert.match(svg, /viewBox="0 0 9 100"/);
    const found = points(svg);
    assert.deepEqual(
      found.map(([, x]) => x),
      [7, 8, 9],
    );
    const heights = found.map(([, , y]) => y as number);
    assert.ok((heights[0] as number) > (heights[1] as number) && (heights[1] as number) > (heights[2] as number));
  });

  it('should interrupt the line where nothing was measured', () => {
    const found = points(chart([[1, null, 2, 3, null, 4]], { label: 'x', size: 6 }).text);
    assert.deepEqual(
      found.filter(([begins]) => begins === 1).map(([, x]) => x),
      [0, 2, 5],
    );
  });

  it('should draw nothing of nothing, and a flat line of zeros', () => {
    assert.deepEqual(points(chart([[]], { label: 'x', size: 6 }).text), []);
    assert.deepEqual(points(chart([[null, null]], { label: 'x', size: 6 }).text), []);
    const zeros = chart([[0, 0]], { label: 'x', size: 6 }).text;
    assert.equal(new Set(points(zeros).map(([, , y]) => y)).size, 1);
    assert.match(zeros, /class="chart calm"/);
  });

  it('should keep every peak of a long series in few points', () => {
    const line = Array.from({ length: 3600 }, (_, index) => (index === 1234 ? 100 : 1));
    const found = points(chart([line], { label: 'x', size: 3600 }).text);
    assert.ok(found.length <= 90, `${found.length} points`);
    assert.equal(found.filter(([, , y]) => (y as number) < 20).length, 1);
  });
});

describe('a chart in words', () => {
  it('should tell its range and what is now', () => {
    assert.equal(inWords('Latency', [2, null, 8, 4], formatMs), 'Latency: from 2 ms to 8 ms, now 4 ms');
    assert.equal(inWords('Latency', [2, null], formatMs), 'Latency: from 2 ms to 2 ms, now nothing');
    assert.equal(inWords('Latency', [null], formatMs), 'Latency: nothing measured yet');
  });
});

describe('figures', () => {
  it('should have three digits and never hide that there is something', () => {
    assert.deepEqual([0, 0.123, 1.239, 12.34, 123.4, 12345.6].map(formatNumber), [
      '0',
      '0.12',
      '1.24',
      '12.3',
      '123',
      '12,346',
    ]);
    assert.deepEqual([0, 0.00001, 0.004, 1].map(formatRatio), ['0 %', '<0.01 %', '0.4 %', '100 %']);
    assert.deepEqual([0.5, 999, 1500].map(formatMs), ['0.5 ms', '999 ms', '1.5 s']);
    assert.deepEqual([2000, 90_000, 180_000].map(formatSpan), ['2 seconds', '90 seconds', '3 minutes']);
    assert.equal(formatMs(null), '–');
  });
});
