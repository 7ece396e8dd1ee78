import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';

const root = resolve(import.meta.dirname, '../..');
const runner = join(root, 'scripts/run-tests.ts');
const preload = join(root, 'packages/async-cassandra/test/support/leak-check-preload.ts');

const files: Record<string, string> = {
  'packages/one/test/unit/good.test.ts': `
    import { test } from 'node:test';
    const answer: number = 42;
    test('passes', () => { if (answer !== 42) throw new Error(); });
    test('waits for a server', { skip: 'no server here' }, () => {});`,
  'packages/one/test/unit/deep/down/bad.test.ts': `
    import { describe, it } from 'node:test';
    describe('outer', () => { it('inner', () => { console.log('the seed is 7'); throw new RangeError('too far'); }); });`,
  'packages/one/test/unit/fixtures/never.test.ts': "throw new Error('fixtures are not run');",
  'packages/one/test/support/never.test.ts': "throw new Error('support is not run');",
  'packages/two/test/unit/empty.test.ts': 'export {};',
  'packages/two/test/unit/broken.test.ts': "import './nowhere.ts';",
  'packages/two/test/hang/hang.test.ts':
    "import { test } from 'node:test'; test('hangs', () => new Promise(() => setInterval(() => {}, 50)));",
  'examples/shop/test/shared/uses.test.ts': `
    import { test } from 'node:test';
    test('sees what was set up', () => { if (process.env['SHARED'] !== 'yes') throw new Error('not set up'); });`,
  'examples/shop/test/shared/global-setup.ts': `
    import { writeFileSync } from 'node:fs';
    export async function setup() {
      return { env: { SHARED: 'yes' }, async teardown() { writeFileSync('torn-down', ''); console.log('torn down'); } };
    }`,
  'test/whole/all.test.ts': "import { test } from 'node:test'; test('passes', () => {});",
};

interface Outcome {
  readonly code: number;
  readonly output: string;
}

describe('the test runner', { concurrency: 3 }, () => {
  let folder = '';

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'runner-'));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function runTests(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
    const { NODE_TEST_CONTEXT: _test, TEST_FILE_TIMEOUT_MS: _limit, SUITE: _suite, ...inherited } = process.env;
    const options = { cwd: folder, timeout: 60_000, env: { ...inherited, ...env } };
    const command = ['--import', 'tsx', '--import', preload, runner, ...args];
    return new Promise((done) => {
      const child = execFile(process.execPath, command, options, (_error, stdout, stderr) => {
        done({ code: child.exitCode ?? -1, output: stdout + stderr });
      });
    });
  }

  it('should pass with a reason for what was skipped and the duration of each file', async () => {
    const { code, output } = await runTests(['unit', 'good']);
    assert.equal(code, 0, output);
    assert.match(output, /^ok +\d+(\.\d+)? m?s +packages\/one\/test\/unit\/good\.test\.ts$/m);
    assert.match(output, /skipped: .*good\.test\.ts: waits for a server \(no server here\)/);
    assert.match(output, /1 files, 1 passed, 0 failed, 1 skipped on Node \d+/);
  });

  it('should fail and show the whole failure with what the file printed', async () => {
    const { code, output } = await runTests(['unit', 'bad']);
    assert.equal(code, 1);
    assert.match(
      output,
      /FAILED +packages\/one\/test\/unit\/deep\/down\/bad\.test\.ts: outer > inner\n +RangeError.*: too far/,
    );
    assert.match(output, /the seed is 7/);
    assert.match(output, /1 files, 0 passed, 1 failed/);
  });

  it('should fail for a file without tests and for one that cannot be loaded', async () => {
    const { code, output } = await runTests(['unit', 'two/']);
    assert.equal(code, 1);
    assert.match(output, /FAILED +packages\/two\/test\/unit\/empty\.test\.ts\n +The file holds no tests/);
    assert.match(output, /FAILED +packages\/two\/test\/unit\/broken\.test\.ts/);
    assert.match(output, /nowhere\.ts/);
  });

  it('should end a file that hangs', async () => {
    const { code, output } = await runTests(['hang'], { TEST_FILE_TIMEOUT_MS: '1000' });
    assert.equal(code, 1);
    assert.match(output, /hang\.test\.ts did not end within 1000 ms/);
  });

  it('should set up what a suite shares before its files and tear it down after them', async () => {
    const { code, output } = await runTests(['shared']);
    assert.equal(code, 0, output);
    assert.match(output, /torn down/);
  });

  it('should take suites from the environment, and pass when a suite has no files', async () => {
    const { code, output } = await runTests(['unit'], { SUITE: 'whole,nothing' });
    assert.equal(code, 0, output);
    assert.match(output, /whole: 1 test files/);
    assert.match(output, /nothing: 0 test files/);
  });

  it('should fail when a part of a path matches nothing', async () => {
    const { code, output } = await runTests(['unit', 'no-such-file']);
    assert.equal(code, 1);
    assert.match(output, /No test file of unit has no-such-file in its path/);
  });
});
