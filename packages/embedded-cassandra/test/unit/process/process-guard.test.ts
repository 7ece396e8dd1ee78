import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProcessGuard } from '../../../src/process/process-guard.ts';
import { eventually, importingSources, processesWith } from '../../support/processes.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const ignored = { stdout: 'ignore', stderr: 'ignore' } as const;

/** A process that starts `sleep <mark>` through a guard over the folder, then does `after`. */
function guardian(folder: string, mark: string, after: string): ReturnType<typeof spawn> {
  const module = new URL('../../../src/process/process-guard.ts', import.meta.url).href;
  const code = `import { ProcessGuard } from '${module}';
    const guard = await ProcessGuard.start('${folder}');
    const child = await guard.spawn('sh', ['-c', 'sleep ${mark} & sleep ${mark}'], { stdout: 'ignore', stderr: 'ignore' });
    child.unref();
    ${after}`;
  return spawn(process.execPath, [...importingSources, '--input-type=module', '-e', code], { stdio: 'ignore' });
}

describe('the guard of processes', () => {
  it('should kill what runs and remove the folder when it is released', async (t) => {
    const folder = join(temporaryFolder(t), 'guarded');
    mkdirSync(join(folder, 'deep'), { recursive: true });
    const guard = await ProcessGuard.start(folder);
    const child = await guard.spawn('sh', ['-c', 'sleep 87651 & sleep 87651'], ignored);
    await eventually('it runs', () => processesWith('sleep 87651').length >= 2);
    await guard.release();
    assert.ok(!existsSync(folder));
    await eventually('its group is gone', () => processesWith('sleep 87651').length === 0);
    if (child.signalCode === null) await once(child, 'exit');
    assert.equal(child.signalCode, 'SIGKILL');
  });

  it('should pass on arguments, folder, environment and output as they are', async (t) => {
    const folder = temporaryFolder(t);
    const guard = await ProcessGuard.start(join(folder, 'none'));
    const script = 'printf "%s|" "$@" "$PWD" "$MARK" > out; read -r line || echo end >> out';
    const child = await guard.spawn('sh', ['-c', script, 'sh', 'a b', '$HOME', "'"], {
      ...ignored,
      cwd: folder,
      env: { ...process.env, MARK: 'm' },
    });
    const [code] = (await once(child, 'exit')) as [number];
    assert.equal(code, 0);
    assert.equal(readFileSync(join(folder, 'out'), 'utf8'), `a b|$HOME|'|${folder}|m|end\n`);
    await guard.release();
  });

  it('should report how a command ended', async (t) => {
    const guard = await ProcessGuard.start(join(temporaryFolder(t), 'none'));
    const missing = await guard.spawn('/no/such/command', [], ignored);
    assert.deepEqual(await once(missing, 'exit'), [127, null]);
    await guard.release();
  });

  for (const signal of ['SIGKILL', 'SIGINT', 'SIGTERM'] as const) {
    it(`should leave nothing when its process gets ${signal}`, async (t) => {
      const folder = join(temporaryFolder(t), 'guarded');
      mkdirSync(folder);
      writeFileSync(join(folder, 'data'), 'x');
      const mark = `8765${['SIGKILL', 'SIGINT', 'SIGTERM'].indexOf(signal)}2`;
      const child = guardian(folder, mark, 'setInterval(() => {}, 1000)');
      await eventually('it runs', () => processesWith(`sleep ${mark}`).length >= 2);
      child.kill(signal);
      await eventually('all processes are gone', () => processesWith(mark).length === 0);
      await eventually('the folder is gone', () => !existsSync(folder));
      await eventually('the watchdog is gone', () => processesWith(folder).length === 0);
    });
  }

  it('should not keep its process alive, and end with it', async (t) => {
    const folder = join(temporaryFolder(t), 'guarded');
    mkdirSync(folder);
    const child = guardian(folder, '876543', '');
    const [code] = (await once(child, 'exit')) as [number];
    assert.equal(code, 0);
    await eventually('all processes are gone', () => processesWith('876543').length === 0);
    await eventually('the folder is gone', () => !existsSync(folder));
  });

  it('should start nothing any more once the watchdog is gone', async (t) => {
    const folder = join(temporaryFolder(t), 'guarded');
    mkdirSync(folder);
    const guard = await ProcessGuard.start(folder);
    const [line = ''] = processesWith(`embedded-cassandra-watchdog ${folder}`);
    process.kill(Number.parseInt(line, 10), 'SIGKILL');
    await sleep(100);
    await assert.rejects(guard.spawn('sleep', ['876544'], ignored), { code: 'WRONG_STATE', message: /watchdog/ });
    await eventually('it is gone', () => processesWith('sleep 876544').length === 0);
    await guard.release();
  });
});
