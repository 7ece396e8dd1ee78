import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { exportedClasses, samples } from './samples.ts';

const PAGE = join(import.meta.dirname, '../../../../../docs/errors.md');
const COMMON_FIELDS = new Set(['code', 'outcome', 'node', 'cause', 'serverCode']);

interface Entry {
  readonly code: string;
  readonly text: string;
}

function readEntries(): Entry[] {
  const [, ...parts] = readFileSync(PAGE, 'utf8').split(/^### /m);
  return parts.map((part) => {
    const [code = '', ...lines] = part.split(/^## /m, 1)[0]?.split('\n') ?? [];
    return { code, text: lines.join('\n').trim() };
  });
}

describe('docs/errors.md', () => {
  const entries = readEntries();

  it('should have one entry for every code, and no other', () => {
    const codes = samples.flatMap(({ code }) => code ?? []);
    assert.deepEqual(entries.map(({ code }) => code).sort(), codes.sort());
  });

  it('should be about classes that are exported', () => {
    const named = entries.map(({ text }) => /^`(\w+)`/.exec(text)?.[1] ?? 'none');
    const thrown = samples.filter(({ code }) => code !== null).map(({ name }) => name);
    assert.deepEqual(named.sort(), thrown.sort());
    for (const name of named) assert.ok(exportedClasses().includes(name), name);
  });

  for (const { code, name, outcome, serverCode, fields } of samples) {
    if (code === null) continue;
    it(`should say of ${code} what the class ${name} says`, () => {
      const text = entries.find((entry) => entry.code === code)?.text ?? '';
      const [summary = '', ...rest] = text.split('\n\n');
      const hex = serverCode?.toString(16).toUpperCase().padStart(4, '0');
      const server = hex === undefined ? '' : `, server code \`0x${hex}\``;
      assert.ok(summary.startsWith(`\`${name}\`${server}, outcome \`${outcome}\`.`), summary);
      const described = [...summary.matchAll(/`(\w+)`/g)].map(([, word]) => word);
      for (const field of Object.keys(fields)) {
        if (!COMMON_FIELDS.has(field)) assert.ok(described.includes(field), `field ${field}`);
      }
      const body = rest.join('\n\n');
      for (const part of ['What happened', 'What it means', 'What to do'])
        assert.match(body, new RegExp(`^- ${part}: \\S`, 'm'));
    });
  }
});
