import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { sessionLimits } from '../../../src/client/read-limits.ts';
import { resolveOptions } from '../../../src/client/resolve-options.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

interface Entry {
  readonly name: string;
  readonly value: number;
  readonly seenIn: string;
}

const ROW = /^\| `(?:limits|pooling)\.(?<name>\w+)` \| (?<value>[^|]+) \|(?:[^|]*\|){2} `(?<seenIn>[^`]+)` \|$/gm;

function valueOf(text: string): number {
  if (text.startsWith('as long as')) return Infinity;
  const number = Number(text.replaceAll(/[^\d]/g, ''));
  return text.endsWith('MiB') ? number * 2 ** 20 : number;
}

const page = readFileSync(new URL('../../../../../docs/limits.md', import.meta.url), 'utf8');
const entries = [...page.matchAll(ROW)].map(({ groups = {} }): Entry => {
  const { name = '', value = '', seenIn = '' } = groups;
  return { name, value: valueOf(value.trim()), seenIn };
});

test('the page on limits should have every limit, with its default', () => {
  const defaults = sessionLimits(resolveOptions({}));
  assert.deepEqual(Object.fromEntries(entries.map(({ name, value }) => [name, value])), defaults);
});

test('the page on limits should say where each is seen', async () => {
  await using h = await SessionHarness.start();
  const { state } = h.session;
  for (const { name, seenIn } of entries) {
    const [outer = '', inner] = seenIn.split('.');
    const holder = outer === 'nodes[]' ? state.nodes[0] : outer === 'limits' ? state.limits : state;
    assert.ok(holder !== undefined && (inner ?? outer) in holder, `${name} is not seen as ${seenIn}`);
  }
});
