import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

const page = new URL('../../../../../docs/reliability.md', import.meta.url);

/** Puts a text between the markers `<!-- name -->` and `<!-- /name -->` of docs/reliability.md. @throws when they are not there */
export function writeReliabilityPage(name: string, text: string): void {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const before = readFileSync(page, 'utf8');
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/reliability.md has no ${begin} with ${end} behind it`);
  writeFileSync(page, `${before.slice(0, from + begin.length)}\n${text}\n${before.slice(to)}`);
}

/** Where and when figures were measured. @param starvedPercent - of the time in which that machine was short of time */
export function surroundings(starvedPercent: number): string {
  const date = new Date().toISOString().slice(0, 10);
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  return `Measured ${date}, Node ${process.versions.node}, ${availableParallelism()} cores (${model}), short of time during ${starvedPercent} % of the run`;
}

/** Only whole runs are written down. */
export function isWholeRun(): boolean {
  return process.env['PROPERTY_SCALE'] === undefined;
}
