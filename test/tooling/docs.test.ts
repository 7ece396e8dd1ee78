import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { resolveOptions } from '../../packages/async-cassandra/src/client/resolve-options.ts';
import { anchors, codeBlocks, markdownFiles, prose, readText, root, setupOf, userPages } from '../support/markdown.ts';

const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;

/** Why a link of a page leads nowhere; null when it leads somewhere, or out of the repository. */
function brokenLink(page: string, link: string): string | null {
  if (/^[a-z][a-z0-9+.-]*:/i.test(link)) return null;
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : normalize(join(dirname(page), decodeURIComponent(path)));
  if (target.startsWith('..')) return `${page}: ${link} leads out of the repository`;
  if (!existsSync(join(root, target))) return `${page}: ${link} does not exist`;
  if (anchor === undefined || !target.endsWith('.md')) return null;
  return anchors(readText(target)).has(anchor) ? null : `${page}: ${link} names no heading of ${target}`;
}

describe('links in Markdown files', () => {
  it('should lead to files and headings that exist', () => {
    const broken: string[] = [];
    for (const page of markdownFiles()) {
      for (const [, link = ''] of prose(readText(page)).matchAll(LINK)) {
        const problem = brokenLink(page, link);
        if (problem !== null) broken.push(problem);
      }
    }
    assert.deepEqual(broken, []);
  });

  it('should be found broken when they are', () => {
    assert.match(String(brokenLink('README.md', 'docs/missing.md')), /does not exist/);
    assert.match(String(brokenLink('README.md', 'CONTRIBUTING.md#no-such-heading')), /names no heading/);
    assert.match(String(brokenLink('docs/x.md', '../../outside.md')), /out of the repository/);
    assert.equal(brokenLink('README.md', 'CONTRIBUTING.md#tests'), null);
    assert.equal(brokenLink('README.md', 'https://cassandra.apache.org'), null);
  });
});

describe('TypeScript in Markdown files', () => {
  const folder = join(root, '.cache/docs-types', String(process.pid));
  before(() => mkdirSync(folder, { recursive: true }));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('should compile, strictly', () => {
    let count = 0;
    for (const page of userPages()) {
      const blocks = codeBlocks(readText(page));
      for (const block of blocks) {
        if (block.language !== 'ts' || block.marks.includes('setup') || block.marks.includes('fragment')) continue;
        const setup = block.marks.includes('alone') ? '' : setupOf(blocks, 'ts');
        const name = `${page.replaceAll(/\W/g, '-')}-line-${block.line}.ts`;
        writeFileSync(join(folder, name), `${setup}\n${block.text}\nexport {};\n`);
        count++;
      }
    }
    assert.ok(count > 0);
    const paths = {
      'async-cassandra': ['../../../packages/async-cassandra/src/index.ts'],
      'async-cassandra/circuit-breaker': [
        '../../../packages/async-cassandra/src/integrations/circuit-breaker/index.ts',
      ],
      'async-cassandra/fastify': ['../../../packages/async-cassandra/src/integrations/fastify/index.ts'],
      'async-cassandra/opentelemetry': ['../../../packages/async-cassandra/src/integrations/opentelemetry/index.ts'],
      'async-cassandra/prometheus': ['../../../packages/async-cassandra/src/integrations/prometheus/index.ts'],
      'embedded-cassandra': ['../../../packages/embedded-cassandra/src/index.ts'],
    };
    const config = {
      extends: '../../../tsconfig.base.json',
      // As strict as a user's project is by default: a block need not use all that its page's setup imports.
      compilerOptions: { noEmit: true, noUnusedLocals: false, noPropertyAccessFromIndexSignature: false, paths },
      include: ['*.ts'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    try {
      execFileSync(process.execPath, [compiler, '-p', folder], { cwd: root, encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      assert.fail((error as { readonly stdout: string }).stdout);
    }
  });
});

const DRIVER = 'packages/async-cassandra';

/** The names of the options that an interface of a source file declares. */
function declaredOptions(file: string, name: string): string[] {
  const body = new RegExp(`^export interface ${name}\\b[^{]*\\{$([\\s\\S]*?)^\\}$`, 'm').exec(readText(file))?.[1];
  assert.ok(body !== undefined, `${file} has no interface ${name}`);
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, option = '']) => option);
}

/** The second column of a page's tables, by each name in their first. */
function tableRows(page: string): ReadonlyMap<string, string> {
  const rows = new Map<string, string>();
  for (const [, names = '', value = ''] of readText(page).matchAll(/^\|([^|]*`[^|]*)\|([^|]*)\|/gm)) {
    for (const [, name = ''] of names.matchAll(/`([\w.]+)[^`]*`/g)) rows.set(name, value.trim());
  }
  return rows;
}

describe('tables of options', () => {
  it('should have every option of a cluster, and no other', () => {
    const file = `${DRIVER}/src/client/cluster-options.ts`;
    const nested = (path: string, name: string): string[] =>
      declaredOptions(file, name).map((option) => `${path}.${option}`);
    const encoding = declaredOptions(`${DRIVER}/src/codecs/encoding-options.ts`, 'EncodingOptions');
    const expected = declaredOptions(file, 'ClusterOptions')
      .filter((option) => !['pooling', 'limits', 'encoding'].includes(option))
      .concat(nested('pooling', 'PoolingOptions'), nested('limits', 'LimitOptions'))
      .concat(encoding.map((option) => `encoding.${option}`));
    assert.deepEqual([...tableRows(`${DRIVER}/README.md`).keys()].sort(), expected.sort());
  });

  it('should tell the defaults that are numbers as they are', () => {
    const { defaultProfile, ...options } = resolveOptions({});
    const defaults = new Map(Object.entries({ ...options, ...defaultProfile }));
    let compared = 0;
    for (const page of [`${DRIVER}/README.md`, 'docs/connection-pooling.md']) {
      for (const [path, text] of tableRows(page)) {
        const value = defaults.get(path.replace(/^(?:pooling|limits)\./, ''));
        if (typeof value !== 'number' || value === Infinity) continue;
        const [, digits = '', unit] = /^(\d[\d ]*\d|\d)( MiB)?/.exec(text) ?? [];
        assert.equal(
          Number(digits.replaceAll(' ', '')) * (unit === undefined ? 1 : 2 ** 20),
          value,
          `${page}: ${path}`,
        );
        compared++;
      }
    }
    assert.ok(compared > 20, `Only ${compared} defaults were compared`);
  });

  it('should have every option of a request and of a stream', () => {
    const rows = tableRows('docs/guide/statements.md');
    const options = [
      ...declaredOptions(`${DRIVER}/src/session/request-options.ts`, 'RequestOptions'),
      ...declaredOptions(`${DRIVER}/src/session/stream-config.ts`, 'StreamConfig'),
    ];
    assert.ok(options.length > 20);
    assert.deepEqual(
      options.filter((option) => !rows.has(option)),
      [],
    );
  });
});
