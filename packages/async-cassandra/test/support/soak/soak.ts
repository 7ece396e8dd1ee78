/**
 * A compressed day: as many operations as a service with 1,000 a second does in 24 hours, of every kind, against servers in
 * a process of their own that refuse, fall silent, forget and lose connections as well. What the process holds is sampled
 * after forced collections; a line through the samples must not rise.
 *
 *     npm run soak                          86.4 million operations, however long that takes
 *     SOAK_MINUTES=10 npm run soak          as many as that time allows; the page says how many those were
 *
 * It writes docs/results/soak.svg and its part of docs/reliability.md; `SOAK_DRY=1` writes nothing. `TEST_SEED` repeats the mix.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { chooseSeed } from '../seeded-random.ts';
import { soakFigure } from './figure.ts';
import { type Flatness, flatnessOf } from './flatness.ts';
import { runSoak, type SoakResult } from './soak-run.ts';

const DAY = 86_400_000;
const PAGE = 'docs/reliability.md';
const FIGURE = 'docs/results/soak.svg';
const minutes = Number(process.env['SOAK_MINUTES'] ?? 24 * 60);
const seed = chooseSeed() >>> 0;

const result = await runSoak({
  operations: DAY,
  minutes,
  sampleEveryMs: Math.min(5_000, minutes * 1_000),
  seed,
  onSample: ({ operations, heap, rss, sockets, timers }) => {
    const line = `${operations.toLocaleString('en')} operations, heap ${heap.toFixed(1)} MiB, rss ${rss.toFixed(0)} MiB`;
    process.stdout.write(`${line}, ${sockets} sockets, ${timers} timers\n`);
  },
});
const flatness = flatnessOf(result.samples);
const report = reportOf(result, flatness);
process.stdout.write(`\n${report}\n`);
const KINDS = ['read', 'write', 'batch', 'concurrent', 'page', 'forgotten', 'refused', 'aborted', 'timed out'];
const missing = KINDS.filter((kind) => (result.counts.get(kind) ?? 0) < 10).concat(
  ['AbortError', 'OverloadedError', 'TimeoutError', 'ConnectionError'].filter((name) => !result.errors.has(name)),
);
const risen = flatness.filter(({ isRising }) => isRising).map(({ name }) => name);
if (risen.length > 0 || missing.length > 0 || result.left.sockets > 0 || result.left.timers > 0) {
  process.stderr.write(
    `Rising: ${risen.join(', ')}; has not happened: ${missing.join(', ')}; left: ${JSON.stringify(result.left)}\n`,
  );
  process.exitCode = 1;
} else if (process.env['SOAK_DRY'] === undefined) write();

function write(): void {
  const operations = result.operations.toLocaleString('en');
  mkdirSync('docs/results', { recursive: true });
  writeFileSync(FIGURE, soakFigure(result.samples, `Soak: ${operations} operations in ${duration(result.seconds)}`));
  const page = readFileSync(PAGE, 'utf8');
  const part = /<!-- soak -->[\s\S]*<!-- \/soak -->/;
  if (!part.test(page)) throw new Error(`${PAGE} has no place for it: <!-- soak --> to <!-- /soak -->`);
  writeFileSync(
    PAGE,
    page.replace(part, () => `<!-- soak -->\n${report}\n<!-- /soak -->`),
  );
}

function reportOf({ samples, operations, seconds, counts, errors }: SoakResult, rows: readonly Flatness[]): string {
  const told = (map: ReadonlyMap<string, number>): string =>
    [...map]
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => `${count.toLocaleString('en')} ${name}`)
      .join(', ');
  const number = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(2));
  const table = rows.map(({ name, unit, min, max, trend }) => {
    const perDay = `${number(trend.slope * DAY)} ± ${number(3 * trend.error * DAY)}`;
    return `| ${name}${unit === '' ? '' : `, ${unit}`} | ${number(min)} | ${number(max)} | ${number(trend.growth)} | ${perDay} |`;
  });
  const share = ((operations / DAY) * 100).toFixed(0);
  const date = new Date().toISOString().slice(0, 10);
  return [
    `Measured ${date}, Node ${process.versions.node}, ${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), which it had not for itself:`,
    `**${operations.toLocaleString('en')} operations** in ${duration(seconds)}, ${Math.round(operations / seconds).toLocaleString('en')} a second, ${share} % of a whole day (TEST_SEED=${seed}).`,
    `${samples.length} samples, of which the first quarter is warm-up. Operations: ${told(counts)}.`,
    `Errors among them: ${told(errors)}.`,
    '',
    '| after warm-up | least | most | rise of the line | rise in 86.4 million operations ± 3 standard errors |',
    '|---|---|---|---|---|',
    ...table,
  ].join('\n');
}

function duration(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} s` : `${(seconds / 60).toFixed(1)} minutes`;
}
