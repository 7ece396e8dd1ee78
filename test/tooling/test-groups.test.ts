import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { planGroups } from '../../scripts/lib/plan-groups.ts';

const root = resolve(import.meta.dirname, '../..');
const passing = "import { test } from 'node:test'; test('passes', () => {});";

/** Each folder holds the files of one test; run with one process at a time they are one group, in the order of names. */
const files: Record<string, string> = {
  'failing/a.test.ts': `
    import { after, afterEach, describe, it } from 'node:test';
    afterEach(() => { process.env['HOOKS'] = (process.env['HOOKS'] ?? '') + 'a'; });
    after(() => { delete process.env['HOOKS']; });
    describe('outer', () => {
      it('inner', () => { console.log('the seed is 7'); throw new RangeError('too far'); });
      it('next', () => {});
    });`,
  'failing/b.test.ts': `
    import { test } from 'node:test';
    test('has no hooks of others', () => {});
    test('comes after them', () => { if (process.env['HOOKS'] !== undefined) throw new Error('not cleaned'); });
    test('is not run', { skip: 'not today' }, () => {});`,
  'failing/c.test.ts': 'export {};',
  'failing/d.test.ts': "import './nowhere.ts';",
  'failing/e.test.ts': passing,
  'leaking/a.test.ts': passing,
  'leaking/b.test.ts': "import { test } from 'node:test'; test('starts', () => void setInterval(() => {}, 1000));",
  'leaking/c.test.ts': passing,
  'leaking/d.test.ts': "import { test } from 'node:test'; test('sets', () => { process.env['LEFT'] = 'x'; });",
  'leaking/e.test.ts': "import { test } from 'node:test'; test('patches', () => { Array.prototype.at = () => 1; });",
  'leaking/f.test.ts': passing,
  'crashing/a.test.ts': passing,
  'crashing/b.test.ts': "import { test } from 'node:test'; test('dies', () => process.kill(process.pid, 'SIGKILL'));",
  'crashing/c.test.ts': passing,
  'crashing/d.test.ts': "import { test } from 'node:test'; test('exits', () => process.exit(0));",
  'crashing/e.test.ts': passing,
  'late/a.test.ts': `
    import { test } from 'node:test';
    test('ends first', () => void setTimeout(() => { throw new Error('too late'); }, 10));
    test('waits', () => new Promise((done) => { setTimeout(done, 50); }));`,
  'late/b.test.ts': passing,
  'hanging/a.test.ts':
    "import { test } from 'node:test'; test('waits', () => new Promise(() => setInterval(() => {}, 50)));",
  'hanging/b.test.ts': passing,
  'alone/a.test.ts': `// Own process: it looks at its process\n
    import { test } from 'node:test'; test('has ' + process.pid, () => console.log('process ' + process.pid));`,
  'alone/b.test.ts': "import { test } from 'node:test'; test('says', () => console.log('process ' + process.pid));",
  'alone/c.test.ts': "import { test } from 'node:test'; test('says', () => console.log('process ' + process.pid));",
  'alone/d.node.test.ts':
    "import { test } from 'node:test'; test('says', () => console.log('process ' + process.pid));",
};

interface Outcome {
  readonly code: number;
  readonly output: string;
}

describe('test files that share a process', { concurrency: 2 }, () => {
  let folder = '';

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'groups-'));
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, 'packages/one/test/unit', name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function runTests(filter: string, env: Record<string, string> = {}): Promise<Outcome> {
    const { NODE_TEST_CONTEXT: _test, TEST_FILE_TIMEOUT_MS: _limit, SUITE: _suite, ...inherited } = process.env;
    const options = { cwd: folder, timeout: 60_000, env: { ...inherited, TEST_CONCURRENCY: '1', ...env } };
    const preload = join(root, 'packages/async-cassandra/test/support/leak-check-preload.ts');
    const command = ['--import', 'tsx', '--import', preload, join(root, 'scripts/run-tests.ts'), 'unit', filter];
    return new Promise((done) => {
      const child = execFile(process.execPath, command, options, (_error, stdout, stderr) => {
        done({ code: child.exitCode ?? -1, output: stdout + stderr });
      });
    });
  }

  function marksOf(output: string): string[] {
    return [...output.matchAll(/^(ok|FAIL) .*\/(\w+)(\.node)?\.test\.ts$/gm)].map(
      ([, mark, name]) => `${name} ${mark}`,
    );
  }

  it('should have their failures reported with their own path and names', async () => {
    const { code, output } = await runTests('failing/');
    assert.equal(code, 1);
    assert.deepEqual(marksOf(output), ['a FAIL', 'b ok', 'c ok', 'd FAIL', 'e ok'], output);
    assert.match(
      output,
      /^FAILED +packages\/one\/test\/unit\/failing\/a\.test\.ts: outer > inner\n +RangeError.*: too far/m,
    );
    assert.match(output, /the seed is 7/);
    assert.match(output, /^FAILED +packages\/one\/test\/unit\/failing\/c\.test\.ts\n +The file holds no tests/m);
    assert.match(output, /^FAILED +packages\/one\/test\/unit\/failing\/d\.test\.ts\n.*nowhere\.ts/m);
    assert.match(output, /skipped: packages\/one\/test\/unit\/failing\/b\.test\.ts: is not run \(not today\)/);
    assert.match(output, /5 files, 4 passed, 3 failed, 1 skipped/);
  });

  it('should each be checked for what they leave, and go on in a clean process', async () => {
    const { code, output } = await runTests('leaking/');
    assert.equal(code, 1);
    assert.deepEqual(marksOf(output), ['a ok', 'b FAIL', 'c ok', 'd FAIL', 'e FAIL', 'f ok'], output);
    assert.match(output, /leaking\/b\.test\.ts leaves 1 thing\(s\) behind:\n +- 1 x Timeout keeps the process alive/);
    assert.match(output, /leaking\/d\.test\.ts leaves 1 thing\(s\) behind:\n +- process\.env\.LEFT is not what it was/);
    assert.match(
      output,
      /leaking\/e\.test\.ts leaves 1 thing\(s\) behind:\n +- Array\.prototype\.at is not what it was/,
    );
    assert.match(output, /6 files, 6 passed, 3 failed/);
  });

  it('should all be run although some of them end the process', async () => {
    const { code, output } = await runTests('crashing/');
    assert.equal(code, 1);
    assert.match(output, /^FAILED +packages\/one\/test\/unit\/crashing\/b\.test\.ts\n.*was ended by SIGKILL/m);
    assert.match(output, /^FAILED +packages\/one\/test\/unit\/crashing\/d\.test\.ts/m);
    for (const name of ['a', 'c', 'e']) assert.ok(marksOf(output).includes(`${name} ok`), output);
    assert.match(output, /5 files, 3 passed, [23] failed/);
  });

  it('should fail together for an error that comes when its test has ended', async () => {
    const { code, output } = await runTests('late/');
    assert.equal(code, 1);
    assert.match(output, /An error that nobody caught while packages\/one\/test\/unit\/late\/a\.test\.ts ran/);
    assert.match(output, /^FAILED +the process of .*late\/a\.test\.ts, .*late\/b\.test\.ts\n.*exited with code \d/m);
    assert.match(output, /2 files, 3 passed, 1 failed/);
  });

  it('should be ended one by one when they hang', async () => {
    const { code, output } = await runTests('hanging/', { TEST_FILE_TIMEOUT_MS: '1000' });
    assert.equal(code, 1);
    assert.match(output, /hanging\/a\.test\.ts did not end within 1000 ms/);
    assert.ok(marksOf(output).includes('b ok'), output);
  });

  it('should be those only that do not ask for a process of their own', async () => {
    const { code, output } = await runTests('alone/');
    assert.equal(code, 0, output);
    const pids = [...output.matchAll(/process (\d+)/g)].map(([, pid]) => pid);
    assert.equal(pids.length, 4, output);
    assert.equal(new Set(pids).size, 3, output);
    assert.match(output, /4 files, 4 passed, 0 failed/);
  });

  it('should be dealt out to as many groups as can run at a time, or as their number asks for', () => {
    const unit = join(folder, 'packages/one/test/unit');
    const names = ['a', 'b', 'c', 'd', 'e'].map((name) => `failing/${name}.test.ts`);
    const [a, b, c, d, e] = names;
    assert.deepEqual(planGroups(unit, names, { concurrency: 2, filesPerProcess: 9 }).groups, [
      [a, c, e],
      [b, d],
    ]);
    assert.equal(planGroups(unit, names, { concurrency: 1, filesPerProcess: 2 }).groups.length, 3);
    assert.deepEqual(planGroups(unit, names, { concurrency: 2, filesPerProcess: undefined }), {
      groups: [],
      alone: names,
    });
    assert.deepEqual(planGroups(unit, ['alone/a.test.ts'], { concurrency: 2, filesPerProcess: 2 }), {
      groups: [],
      alone: ['alone/a.test.ts'],
    });
  });
});
