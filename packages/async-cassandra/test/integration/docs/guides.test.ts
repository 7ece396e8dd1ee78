import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import {
  type CodeBlock,
  codeBlocks,
  readText,
  root,
  setupOf,
  userPages,
} from '../../../../../test/support/markdown.ts';
import { clusterOptions, executeAll, openCluster, TestKeyspace } from '../support/test-cluster.ts';

/** How the pages name a cluster. */
const CLUSTER = "contactPoints: ['127.0.0.1'], localDataCenter: 'dc1'";
/** The keyspace of all pages, which is another one for each page here. */
const KEYSPACE = /\bshop\b/g;

interface Page {
  readonly path: string;
  readonly blocks: readonly CodeBlock[];
  readonly runnable: readonly CodeBlock[];
}

const pages = userPages()
  .map((path): Page => {
    const blocks = codeBlocks(readText(path));
    return { path, blocks, runnable: blocks.filter(({ marks }) => marks.includes('runnable')) };
  })
  .filter((page) => page.runnable.length > 0);

/** A block as a program: the page's setup in front of it, on the suite's cluster and a keyspace of the page's own. */
function programOf(page: Page, block: CodeBlock, keyspace: string): string {
  const text = block.marks.includes('alone') ? block.text : `${setupOf(page.blocks, 'ts')}\n${block.text}`;
  const { contactPoints, localDataCenter, credentials } = clusterOptions();
  const options = Object.entries({ contactPoints, localDataCenter, credentials })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  assert.ok(text.includes(CLUSTER), `A block that runs names its cluster by ${CLUSTER}`);
  return text.replaceAll(CLUSTER, options.join(', ')).replace(KEYSPACE, keyspace);
}

function statementsOf(page: Page, keyspace: string): string[] {
  return setupOf(page.blocks, 'sql')
    .replace(KEYSPACE, keyspace)
    .split(/;\s*(?:\n|$)/)
    .filter((statement) => statement.trim() !== '');
}

describe('the code in the documentation', () => {
  const folder = join(root, '.cache/docs', String(process.pid));
  before(() => mkdirSync(folder, { recursive: true }));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('should be there', () => {
    assert.ok(pages.length >= 6, `Only ${pages.length} pages have code that runs`);
  });

  for (const page of pages) {
    describe(page.path, () => {
      const keyspace = new TestKeyspace();
      before(async () => {
        await keyspace.create();
        await using cluster = openCluster();
        await executeAll(await cluster.connect(keyspace.name), statementsOf(page, keyspace.name));
      });
      after(() => keyspace.drop());

      for (const block of page.runnable) {
        it(`should run: ${block.heading} (line ${block.line})`, async () => {
          const file = join(folder, `${page.path.replaceAll(/\W/g, '-')}-${block.line}.ts`);
          writeFileSync(file, programOf(page, block, keyspace.name));
          await import(pathToFileURL(file).href);
        });
      }
    });
  }
});
