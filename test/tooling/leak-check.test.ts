import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';

const root = resolve(import.meta.dirname, '../..');
const preload = resolve(root, 'packages/async-cassandra/test/support/leak-check-preload.ts');
const fixtures = resolve(import.meta.dirname, 'fixtures/leaks');

interface Outcome {
  readonly code: number;
  readonly output: string;
}

function runFixture(file: string, env: Record<string, string> = {}): Promise<Outcome> {
  const { NODE_TEST_CONTEXT: _inherited, NODE_V8_COVERAGE: _coverage, ...inherited } = process.env;
  const flags = ['--import', 'tsx', '--import', preload, '--test', '--test-reporter=tap'];
  const options = { cwd: root, timeout: 30_000, env: { ...inherited, ...env } };
  return new Promise((done) => {
    const child = execFile(process.execPath, [...flags, resolve(fixtures, file)], options, (_error, stdout, stderr) => {
      done({ code: child.exitCode ?? -1, output: stdout + stderr });
    });
  });
}

describe('the leak check after each test file', { concurrency: 3 }, () => {
  const leaking: readonly (readonly [leak: string, report: RegExp])[] = [
    ['timer', /1 x Timeout keeps the process alive/],
    ['server', /1 x TCPServerWrap keeps the process alive/],
    ['socket', /open socket 127\.0\.0\.1:\d+ -> 127\.0\.0\.1:\d+/],
    ['child', /child process \d+ still runs: .*setTimeout/],
    ['listener', /1 x listener on process event 'SIGUSR2'/],
    ['signal listener', /1 x 'abort' listener on a signal that is not aborted/],
    ['rejection', /unhandled rejection: Error: nobody listens/],
  ];
  for (const [leak, report] of leaking) {
    it(`should fail a file that leaves a ${leak} behind, say so and end`, async () => {
      const { code, output } = await runFixture('leaks.ts', { LEAK: leak });
      assert.equal(code, 1, output);
      assert.match(output, report);
      assert.match(output, /leaks\.ts leaves \d thing\(s\) behind/);
    });
  }

  const harmless: readonly (readonly [name: string, leak: string])[] = [
    ['nothing', 'nothing'],
    ['what ends within the grace time', 'slow'],
    ['a listener of the test itself', 'listener of its own'],
  ];
  for (const [name, leak] of harmless) {
    it(`should pass a file that leaves ${name}`, async () => {
      const { code, output } = await runFixture('leaks.ts', { LEAK: leak });
      assert.equal(code, 0, output);
    });
  }

  it('should come after the slowest hook of the file', async () => {
    const { code, output } = await runFixture('hook-cleans.ts');
    assert.equal(code, 0, output);
  });

  it('should tell where a leak was created when asked', async () => {
    const { output } = await runFixture('leaks.ts', { LEAK: 'server', LEAK_STACKS: '1' });
    assert.match(output, /TCPSERVERWRAP\n.*leaks\.ts/);
  });

  it('should end a file that hangs and say what it waits for', async () => {
    const { code, output } = await runFixture('hangs.ts', { TEST_FILE_TIMEOUT_MS: '1000' });
    assert.equal(code, 1, output);
    assert.match(output, /hangs\.ts did not end within 1000 ms; active: .*Timeout/);
  });
});
