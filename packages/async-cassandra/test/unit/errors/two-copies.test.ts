import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import * as own from '../../../src/errors/index.ts';
import { classNamed, samples } from './samples.ts';

// Where two versions of the package are installed, one of them may make an error that code of the other looks at.
const folder = mkdtempSync(join(tmpdir(), 'second-copy-'));
after(() => rmSync(folder, { recursive: true, force: true }));
cpSync(join(import.meta.dirname, '../../../src/errors'), join(folder, 'errors'), { recursive: true });
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
const other = (await import(pathToFileURL(join(folder, 'errors/index.ts')).href)) as typeof own;

describe('errors of another copy of the package', () => {
  it('should be of other classes, so that this test tests something', () => {
    assert.notEqual(other.AsyncCassandraError, own.AsyncCassandraError);
    assert.equal(Object.getPrototypeOf(new other.AbortError('x')) instanceof own.AbortError, false);
  });

  for (const { name, create } of samples) {
    it(`should be recognised: ${name}`, () => {
      const error = create('made here');
      const otherClasses = other as unknown as Readonly<Record<string, typeof own.AsyncCassandraError>>;
      for (const sample of [...samples, { name: 'AsyncCassandraError' }]) {
        const isHere = error instanceof classNamed(sample.name);
        assert.equal(
          error instanceof (otherClasses[sample.name] as typeof own.AsyncCassandraError),
          isHere,
          sample.name,
        );
      }
    });
  }

  it("should not be taken for a user's subclass", () => {
    class ShopError extends own.QueryError {}
    const foreign: unknown = new other.QueryError('made there', 0x1234);
    assert.equal(foreign instanceof ShopError, false);
    assert.ok(foreign instanceof own.QueryError);
    assert.equal(foreign.serverCode, 0x1234);
  });
});
