import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WriteStream } from 'node:tty';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProgressDisplay } from '../../../src/cli/progress-display.ts';
import type { Progress } from '../../../src/progress.ts';

const fetching = (jarsDone: number): Progress => ({
  phase: 'fetch',
  version: '5.0.9',
  jarsDone,
  jarsTotal: 100,
  bytesDone: jarsDone * 1_000_000,
  bytesTotal: 100_000_000,
});
const starting = (nodesReady: number): Progress => ({ phase: 'start', nodesReady, nodesTotal: 3, elapsedMs: 4_260 });
const ready: Progress = { phase: 'ready', nodesTotal: 3, elapsedMs: 5_000 };

/** Something that looks like an output and keeps what is written. */
function output(isTTY: boolean): { stream: NodeJS.WriteStream; written: () => string } {
  let all = '';
  const stream = Object.assign(Object.create(WriteStream.prototype) as NodeJS.WriteStream, {
    isTTY,
    columns: 100,
    write: (textPart: string) => {
      all += textPart;
      return true;
    },
    cursorTo: () => true,
    clearLine: () => true,
    moveCursor: () => true,
  });
  return { stream, written: () => all };
}

describe('the display of progress', () => {
  it('should write a few plain lines where nobody looks at a terminal', () => {
    const { stream, written } = output(false);
    const display = createProgressDisplay(stream);
    display.logger.info('Fetching');
    for (let jars = 0; jars <= 100; jars++) display.onProgress(fetching(jars));
    for (let nodes = 0; nodes <= 3; nodes++) display.onProgress(starting(nodes));
    display.onProgress(ready);
    display.finish();
    const lines = written().trimEnd().split('\n');
    assert.equal(lines.length, 1 + 11 + 4);
    assert.ok(lines.includes('Fetched 100 of 100 jars'));
    assert.equal(lines.at(-1), '3 of 3 nodes ready after 4.3 s');
    assert.ok(!written().includes('\u001b'));
  });

  it('should draw bars on a terminal and leave it in order', async () => {
    const { stream, written } = output(true);
    const display = createProgressDisplay(stream);
    display.onProgress(fetching(50));
    display.logger.warn('not in the middle of a bar');
    display.onProgress(starting(1));
    await sleep(450);
    display.onProgress(ready);
    display.finish();
    assert.match(written(), /Fetching .*\/100 MB/);
    assert.match(written(), /Starting .*1\/3 nodes, 0\.\d s/);
    assert.ok(!written().includes('middle'));
    const length = written().length;
    await sleep(450);
    assert.equal(written().length, length, 'nothing is drawn after the end');
  });
});
