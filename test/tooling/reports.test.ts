import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { holdsCode, summarise } from '../../scripts/lib/coverage-summary.ts';
import { findAny } from '../../scripts/lib/find-any.ts';

describe('the look for any in public declarations', () => {
  const inReport = (code: string): string => `## Report\n\n\`\`\`ts\n\n${code}\n\n\`\`\`\n`;

  it('should find any wherever a type can stand', () => {
    const lines = [
      'export function f(x: any): void;',
      'export type T = Map<string, readonly any[]>;',
      'export class C<T = any> { }',
      'export interface I { [key: string]: any; }',
    ];
    assert.deepEqual(findAny(inReport(lines.join('\n'))), lines);
  });

  it('should not take the word for the type', () => {
    assert.deepEqual(findAny(inReport("// any\nexport type Any = 'any';\nexport const any: unknown;")), []);
  });
});

describe('the coverage of a part of the sources', () => {
  const files = new Map([
    ['packages/a/src/x/one.ts', { lines: { total: 100, covered: 96 }, branches: { total: 10, covered: 10 } }],
    ['packages/a/src/x/two.ts', { lines: { total: 100, covered: 96 }, branches: { total: 10, covered: 8 } }],
    ['packages/a/src/y/three.ts', { lines: { total: 100, covered: 0 }, branches: { total: 0, covered: 0 } }],
  ]);

  it('should sum up files instead of averaging percentages', () => {
    const result = summarise(files, { name: 'x', path: 'packages/a/src/x/', threshold: 90 });
    assert.deepEqual({ ...result, group: 'x' }, { group: 'x', files: 2, lines: 96, branches: 90, enough: true });
  });

  it('should not be enough when lines or branches fall below the threshold', () => {
    assert.equal(summarise(files, { name: 'x', path: 'packages/a/src/x/', threshold: 91 }).enough, false);
    assert.equal(summarise(files, { name: 'all', path: 'packages/', threshold: 90 }).enough, false);
  });

  it('should leave out files that declare types only', () => {
    assert.equal(holdsCode('/** Words. */\nexport interface A { b: number }\nexport type B = A;\n'), false);
    assert.equal(holdsCode("import type { A } from './a.ts';\nexport type { A };\n"), false);
    assert.equal(holdsCode('export const a = 1;\n'), true);
    assert.equal(holdsCode("export { a } from './a.ts';\n"), true);
  });
});
