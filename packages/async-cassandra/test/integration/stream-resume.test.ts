import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { describeOnEveryPair } from './support/every-pair.ts';
import type { PagesRead, PagesTask } from './support/read-some-pages.ts';
import { clusterOptions } from './support/test-cluster.ts';

const loader = new URL('../../../../scripts/loader/register.mjs', import.meta.url).href;
const script = new URL('support/read-some-pages.ts', import.meta.url).pathname;
const COUNT = 500;

/** Reads some pages in a process of their own, which ends afterwards. */
async function readInAProcess(task: PagesTask): Promise<PagesRead> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', loader, script, JSON.stringify(task)]);
  return JSON.parse(stdout) as PagesRead;
}

describeOnEveryPair('Resuming', ['CREATE TABLE steps (id text, n int, PRIMARY KEY (id, n))'], (context) => {
  it('should go on from a paging state in another process, without losing or repeating a row', async () => {
    const { session, keyspace, pair } = context;
    const key = context.key();
    const numbers = Array.from({ length: COUNT }, (_, n) => n);
    await session.executeConcurrent(
      'INSERT INTO steps (id, n) VALUES (?, ?)',
      numbers.map((n) => [key, n]),
    );
    const cql = `SELECT n FROM steps WHERE id = '${key}'`;
    const { contactPoints, localDataCenter, credentials } = clusterOptions();
    const options = { ...pair, contactPoints, localDataCenter, credentials };
    const rows: unknown[] = [];
    let lives = 0;
    for (let pagingState: string | null = null; lives === 0 || pagingState !== null; lives++) {
      assert.ok(lives < 10);
      const part: PagesRead = await readInAProcess({ options, keyspace, cql, pagingState, maxPages: 4 });
      rows.push(...part.rows);
      ({ pagingState } = part);
    }
    assert.ok(lives >= 4, `${lives} processes`);
    assert.deepEqual(
      rows,
      numbers.map((n) => ({ n })),
    );
  });
});
