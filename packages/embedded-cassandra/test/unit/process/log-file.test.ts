import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { LogFile } from '../../../src/process/log-file.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('the log of a node', () => {
  it('should be empty before the node wrote anything', async (t) => {
    const log = new LogFile(join(temporaryFolder(t), 'none.log'));
    assert.deepEqual(log.tail(), []);
    assert.equal(await log.text(), '');
  });

  it('should end with the lines that tell something', async (t) => {
    const path = join(temporaryFolder(t), 'system.log');
    const trace = 'java.lang.RuntimeException: no\n\tat a.b(C.java:1)\n\t... 3 common frames omitted\nCaused by: x\n\n';
    writeFileSync(path, `INFO first\n${'y'.repeat(1000)}\n${trace}`);
    const log = new LogFile(path);
    assert.deepEqual(log.tail(2), ['java.lang.RuntimeException: no', 'Caused by: x']);
    assert.equal(log.tail(3)[0]?.length, 403);
    assert.equal((await log.text()).length, 1012 + trace.length);
    assert.equal(String(log), path);
  });

  it('should not read all of a long log for its end', (t) => {
    const path = join(temporaryFolder(t), 'system.log');
    writeFileSync(path, `${'INFO some line of the log\n'.repeat(100_000)}last`);
    const tail = new LogFile(path).tail(1000);
    assert.equal(tail.at(-1), 'last');
    assert.ok(tail.slice(0, -1).every((line) => line === 'INFO some line of the log'));
  });
});
