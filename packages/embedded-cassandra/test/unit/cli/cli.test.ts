import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { fakeCluster } from '../../support/fake-cluster.ts';
import { eventually, importingSources, processesWith } from '../../support/processes.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

function runCli(args: readonly string[], env: NodeJS.ProcessEnv = {}): { child: ChildProcess; ended: Promise<Ended> } {
  const script = new URL('../../support/run-cli.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [...importingSources, script, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const ended = Promise.all([exit, text(child.stdout), text(child.stderr)]).then(([[code], output, errors]) => ({
    code,
    output,
    errors,
  }));
  return { child, ended };
}

describe('the command line', () => {
  it('should explain itself', async () => {
    const main = await runCli(['--help']).ended;
    assert.equal(main.code, 0);
    assert.match(main.output, /start \[options\].*fetch \[options\]/s);
    const start = await runCli(['start', '--help']).ended;
    for (const flag of ['--nodes', '--version', '--auth', '--tls', '--data-centers'])
      assert.ok(start.output.includes(flag));
    assert.match((await runCli(['--package-version']).ended).output, /^\d+\.\d+\.\d+\n$/);
  });

  it('should end with 1 and say what is wrong', async (t) => {
    const folder = temporaryFolder(t);
    for (const [args, message] of [
      [['begin'], /unknown command/],
      [['start', '--node', '3'], /unknown option/],
      [['start', '--nodes', 'three'], /whole number/],
      [['start', '--version', '1.2'], /^UNKNOWN_VERSION: .*5\.0\.9/],
      [['start', '--racks', ''], /^INVALID_OPTION: Option racks/],
      [['start', '--java-home', folder], /^NO_JAVA: /],
      [['fetch', '--cache-dir', folder, '--repository', folder], /FETCH_FAILED: .*no such file/],
    ] as const) {
      const { code, output, errors } = await runCli(args).ended;
      assert.equal(code, 1, args.join(' '));
      assert.equal(output, '');
      assert.match(errors, message);
    }
  });

  it('should say that there is neither Maven nor a repository', async (t) => {
    const folder = temporaryFolder(t);
    const env = { PATH: folder, EMBEDDED_CASSANDRA_REPOSITORY: '' };
    const { code, errors } = await runCli(['fetch', '--cache-dir', join(folder, 'cache')], env).ended;
    assert.equal(code, 1);
    assert.match(errors, /^NO_SOURCE: .*EMBEDDED_CASSANDRA_REPOSITORY/);
    assert.deepEqual(readdirSync(join(folder, 'cache')), []);
  });

  it('should put everything away on Ctrl-C while it starts', async (t) => {
    const { options, workDir, remains } = fakeCluster(temporaryFolder(t), 'exec sleep 98755');
    const { cacheDir = '', javaHome = '' } = options;
    const args = ['start', '--cache-dir', cacheDir, '--java-home', javaHome, '--work-dir', workDir];
    const { child, ended } = runCli(args);
    await eventually('a node runs', () => processesWith('sleep 98755').length > 0);
    child.kill('SIGINT');
    const { code, errors } = await ended;
    assert.equal(code, 130);
    assert.match(errors, /0 of 1 nodes ready.*ABORTED: /s);
    assert.deepEqual(remains(), []);
    await eventually('it is gone', () => processesWith(workDir).length + processesWith('sleep 98755').length === 0);
  });
});
