import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What lets a child process import this repository's TypeScript: compiled by the same loader as in the tests, so that what
 * the child covers adds up with what they cover. Bun needs nothing.
 */
export const importingSources: readonly string[] =
  process.versions['bun'] === undefined
    ? ['--import', new URL('../../../../scripts/loader/register.mjs', import.meta.url).href]
    : [];

/** Command lines of running processes that contain the text; zombies are not running. */
export function processesWith(text: string): string[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,stat=,args=', '-ww'], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(text) && !/^\s*\d+\s+Z/.test(line) && !line.includes('ps -eo'));
}

/** Waits until the condition holds; throws after the time given. */
export async function eventually(what: string, condition: () => boolean, withinMs = 10_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`Not within ${withinMs} ms: ${what}`);
    await sleep(25);
  }
}
