import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { eventually, importingSources, processesWith } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A process with a cluster whose files are in the folder. */
function clusterProcess(workDir: string, mode: 'wait' | 'leave'): ChildProcess {
  const script = new URL('../support/start-and-wait.ts', import.meta.url).pathname;
  const args = [...importingSources, script, JSON.stringify({ workDir }), mode];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function assertNothingLeft(workDir: string): Promise<void> {
  await eventually('no process is left', () => processesWith(workDir).length === 0);
  await eventually('no file is left', () => readdirSync(workDir).length === 0);
}

describe('a cluster whose process ends', () => {
  for (const signal of ['SIGKILL', 'SIGINT'] as const) {
    it(`should end with it by ${signal}`, async (t) => {
      const workDir = temporaryFolder(t);
      const child = clusterProcess(workDir, 'wait');
      assert.ok(child.stdout !== null);
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      assert.match(String(line), /^ready 127/);
      assert.ok(processesWith(workDir).some((each) => each.includes('CassandraDaemon')));
      child.kill(signal);
      await assertNothingLeft(workDir);
    });
  }

  it('should end with it in the middle of the start', async (t) => {
    const workDir = temporaryFolder(t);
    const child = clusterProcess(workDir, 'wait');
    await eventually(
      'Java runs',
      () => processesWith(workDir).some((each) => each.includes('CassandraDaemon')),
      30_000,
    );
    child.kill('SIGKILL');
    await assertNothingLeft(workDir);
  });

  it('should not keep a process alive that forgot to stop it', async (t) => {
    const workDir = temporaryFolder(t);
    const child = clusterProcess(workDir, 'leave');
    const [code] = (await once(child, 'exit')) as [number];
    assert.equal(code, 0);
    await assertNothingLeft(workDir);
  });
});
