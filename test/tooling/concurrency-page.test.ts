import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { root } from '../support/markdown.ts';

const DRIVER = join(root, 'packages/async-cassandra');
const page = readFileSync(join(root, 'docs/internals/concurrency.md'), 'utf8');

/** Folders whose classes may have state that operations share. */
const LAYERS = ['session', 'cluster', 'connection'];
/** Classes that more than one operation uses at a time, known by a collection among their fields that they change. */
const SHARED = /^ {2}(?:readonly )?#\w+(?:: [^=]+)? = new (?:Map|Set|WeakMap)\b/m;
/** Those that belong to one operation. */
const OF_ONE_OPERATION = new Set(['BatchGroup', 'PendingWrites']);

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
}

describe('the page on concurrency', () => {
  it('should name tests that exist', () => {
    const named = [...page.matchAll(/`((?:unit|property|prove|integration|cluster)\/[\w./-]+\.test\.ts)`/g)].map(
      ([, name = '']) => name,
    );
    assert.ok(named.length > 40, `Only ${named.length} tests are named`);
    assert.deepEqual(
      named.filter((name) => !existsSync(join(DRIVER, 'test', name))),
      [],
    );
  });

  it('should name a test in every row of its tables', () => {
    const rows = page.split('\n').filter((line) => /^\| (?!state|where|---)/.test(line));
    assert.deepEqual(
      rows.filter((row) => !row.includes('.test.ts`')),
      [],
    );
  });

  it('should name every class of the stateful layers that keeps a collection', () => {
    const missing: string[] = [];
    for (const layer of LAYERS) {
      const folder = join(DRIVER, 'src', layer);
      for (const file of sources(folder)) {
        for (const body of readFileSync(join(folder, file), 'utf8')
          .split(/^(?=(?:export )?(?:abstract )?class )/m)
          .slice(1)) {
          const name = /class (\w+)/.exec(body)?.[1] ?? '';
          if (SHARED.test(body) && !OF_ONE_OPERATION.has(name) && !page.includes(`\`${name}`))
            missing.push(`${layer}/${file}: ${name}`);
        }
      }
    }
    assert.deepEqual(missing, []);
  });
});
