import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';

interface LayerTable {
  readonly layers: readonly (readonly string[])[];
  readonly pure: readonly string[];
  readonly sockets: readonly string[];
}

interface CruiseResult {
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
  };
}

const root = resolve(import.meta.dirname, '../..');
const table = JSON.parse(readFileSync(join(root, 'scripts/layers.json'), 'utf8')) as LayerTable;
const rows = table.layers;
const SRC = 'packages/async-cassandra/src';

/** A file that breaks rules, what it holds, and the rules that must catch it (these and no others). */
interface Violation {
  readonly file: string;
  readonly text: string;
  readonly rules: readonly string[];
}

const doors: Record<string, string> = Object.fromEntries(
  rows.flat().map((layer) => [`${SRC}/${layer}/index.ts`, 'export const door = 1;\n']),
);

const upwards: Violation[] = rows.flatMap((row, index) => {
  const next = rows[index - 1]?.[0];
  return row.map((layer) => ({
    file: `${SRC}/${layer}/looks-up.ts`,
    text: `import type { door } from '../${next === undefined ? 'index' : `${next}/index`}.ts';\nexport type T = typeof door;\n`,
    rules: [`${layer}-imports-down-only`],
  }));
});

const others: Violation[] = [
  {
    file: `${SRC}/resilience/looks-aside.ts`,
    text: "export { door } from '../observability/index.ts';\n",
    rules: ['resilience-imports-down-only'],
  },
  { file: `${SRC}/session/deep.ts`, text: "export { leaf } from '../codecs/leaf.ts';\n", rules: ['through-the-door'] },
  {
    file: `${SRC}/deep-entry.ts`,
    text: "export { leaf } from './codecs/leaf.ts';\n",
    rules: ['entry-through-the-door'],
  },
  { file: `${SRC}/codecs/own-door.ts`, text: "export { door } from './index.ts';\n", rules: ['not-through-own-door'] },
  { file: `${SRC}/circle.ts`, text: "export * from './client/circle-a.ts';\n", rules: ['entry-through-the-door'] },
  { file: `${SRC}/client/circle-a.ts`, text: "export * from './circle-b.ts';\n", rules: ['no-circular'] },
  { file: `${SRC}/uses-new.ts`, text: "export { door } from './helpers/index.ts';\n", rules: ['known-layers-only'] },
  ...['net', 'node:net', 'node:tls', 'node:dns', 'node:dns/promises'].map((name, index) => ({
    file: `${SRC}/cluster/socket-${index}.ts`,
    text: `import * as sockets from '${name}';\nexport const it = sockets;\n`,
    rules: ['sockets-only-in-connection'],
  })),
  ...table.pure.map((layer) => ({
    file: `${SRC}/${layer}/reads-a-file.ts`,
    text: "import { readFileSync } from 'node:fs';\nexport const it = readFileSync;\n",
    rules: ['pure-layers-do-no-io'],
  })),
  {
    file: `${SRC}/policies/waits.ts`,
    text: "export { setTimeout } from 'node:timers/promises';\n",
    rules: ['pure-layers-do-no-io'],
  },
  { file: `${SRC}/client/needs.ts`, text: "export { it } from 'prom-client';\n", rules: ['no-runtime-dependency'] },
  {
    file: `${SRC}/client/needs-dev.ts`,
    text: "export { it } from 'a-dev-dependency';\n",
    rules: ['no-dev-dependency-in-src', 'no-runtime-dependency'],
  },
  {
    file: 'packages/embedded-cassandra/src/needs-dev.ts',
    text: "export { it } from 'a-dev-dependency';\n",
    rules: ['no-dev-dependency-in-src'],
  },
  {
    file: `${SRC}/integrations/not-a-peer.ts`,
    text: "export const it = await import('a-dependency');\n",
    rules: ['integrations-name-optional-peers-only'],
  },
  {
    file: `${SRC}/client/tests.ts`,
    text: "export { it } from '../../test/support/it.ts';\n",
    rules: ['no-tests-in-src'],
  },
  {
    file: 'examples/one/main.ts',
    text: "import '../../packages/async-cassandra/src/codecs/leaf.ts';\n",
    rules: ['examples-use-the-public-door'],
  },
  { file: `${SRC}/client/lost.ts`, text: "export { it } from './nowhere.ts';\n", rules: ['resolvable'] },
];

const allowed: Record<string, string> = {
  'package.json': '{ "name": "root", "private": true, "devDependencies": { "a-dev-dependency": "1.0.0" } }',
  'tsconfig.json':
    '{ "compilerOptions": { "module": "NodeNext", "allowImportingTsExtensions": true, "noEmit": true } }',
  'packages/async-cassandra/package.json':
    '{ "name": "async-cassandra", "peerDependencies": { "prom-client": "1" }, "devDependencies": { "a-dev-dependency": "1.0.0" } }',
  'packages/embedded-cassandra/package.json':
    '{ "name": "embedded-cassandra", "dependencies": { "a-dependency": "1.0.0" }, "devDependencies": { "a-dev-dependency": "1.0.0" } }',
  'packages/async-cassandra/test/support/it.ts':
    "import { leaf } from '../../src/codecs/leaf.ts';\nexport const it = leaf;\n",
  [`${SRC}/index.ts`]: "export { door } from './client/index.ts';\n",
  [`${SRC}/codecs/leaf.ts`]: "import { door } from '../protocol/index.ts';\nexport const leaf = door;\n",
  [`${SRC}/codecs/uses-leaf.ts`]:
    "import { zlib } from 'node:zlib';\nexport { leaf } from './leaf.ts';\nexport const z = zlib;\n",
  [`${SRC}/connection/socket.ts`]: "import * as net from 'node:net';\nexport const it = net;\n",
  [`${SRC}/integrations/metrics.ts`]: "export const it = await import('prom-client');\n",
  [`${SRC}/client/circle-b.ts`]: "import type { A } from './circle-a.ts';\nexport type B = A;\n",
  [`${SRC}/helpers/index.ts`]: 'export const door = 1;\n',
  'packages/embedded-cassandra/src/uses.ts':
    "import * as net from 'node:net';\nexport { it } from 'a-dependency';\nexport const n = net;\n",
};

describe('the rules of who may import whom', () => {
  let folder = '';
  let found = new Map<string, Set<string>>();

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'layers-'));
    const files = { ...allowed, ...doors, ...Object.fromEntries([...upwards, ...others].map((v) => [v.file, v.text])) };
    for (const name of ['a-dependency', 'a-dev-dependency', 'prom-client']) {
      files[`node_modules/${name}/package.json`] =
        `{ "name": "${name}", "version": "1.0.0", "type": "module", "main": "index.js" }`;
      files[`node_modules/${name}/index.js`] = 'export const it = 1;\n';
    }
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    found = cruise(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const { file, rules } of [...upwards, ...others]) {
    it(`should report ${rules.join(' and ')} in ${file.replace(`${SRC}/`, '')}`, () => {
      assert.deepEqual([...(found.get(file) ?? [])].sort(), [...rules].sort());
    });
  }

  it('should report nothing in files that keep the rules', () => {
    const broken = new Set([...upwards, ...others].map((violation) => violation.file));
    assert.deepEqual(
      [...found].filter(([file]) => !broken.has(file)),
      [],
    );
  });

  it('should have a violation for every rule', async () => {
    const path = join(root, '.dependency-cruiser.mjs');
    const config = (await import(path)) as { default: { forbidden: { name: string }[] } };
    const shown = new Set([...upwards, ...others].flatMap((violation) => violation.rules));
    assert.deepEqual(
      config.default.forbidden.map((rule) => rule.name).filter((name) => !shown.has(name)),
      [],
    );
  });
});

function cruise(folder: string): Map<string, Set<string>> {
  const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = join(root, '.dependency-cruiser.mjs');
  const args = [program, 'packages', 'examples', '--config', config, '--output-type', 'json', '--no-cache'];
  let output: string;
  try {
    output = execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 2 ** 20 });
  } catch (error) {
    output = (error as { stdout: string }).stdout;
  }
  const rules = new Map<string, Set<string>>();
  for (const { from, rule } of (JSON.parse(output) as CruiseResult).summary.violations) {
    const names = rules.get(from) ?? new Set();
    rules.set(from, names.add(rule.name));
  }
  return rules;
}
