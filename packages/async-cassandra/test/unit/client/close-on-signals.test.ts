import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { closeOnSignals } from '../../../src/client/index.ts';
import { ConfigurationError } from '../../../src/errors/index.ts';
import { ClusterHarness, nothing } from './cluster-harness.ts';

/** A signal that nobody else in a test process listens to: Node 24 has them write a report on SIGUSR2. */
const SIGNAL = 'SIGHUP';
const signals = [SIGNAL] as const;

const listeners = (): number => process.listenerCount(SIGNAL);

describe('closeOnSignals', () => {
  it('should close in the order given, each when the one before it has closed, with the drain time', async () => {
    const steps: string[] = [];
    const closeable = (name: string) => ({
      close: async (options?: object): Promise<void> => {
        steps.push(`${name} begins ${JSON.stringify(options)}`);
        await new Promise((resolve) => setImmediate(resolve));
        steps.push(`${name} ends`);
      },
    });
    const closer = closeOnSignals([closeable('a'), closeable('b')], { signals, drainTimeoutMs: 70 });
    assert.equal(closer.signal, null);
    process.emit(SIGNAL, SIGNAL);
    assert.equal(closer.isClosing, true);
    assert.equal(listeners(), 0, 'a second signal does what it does by default');
    await closer.close();
    assert.deepEqual(steps, ['a begins {"drainTimeoutMs":70}', 'a ends', 'b begins {"drainTimeoutMs":70}', 'b ends']);
    assert.deepEqual([closer.signal, closer.closed], [SIGNAL, true]);
  });

  it('should close the rest when one fails, tell the logger, and have the process fail', async () => {
    const failure = new Error('stuck');
    const errors: unknown[] = [];
    let isClosed = false;
    const closer = closeOnSignals([{ close: () => Promise.reject(failure) }, { close: () => void (isClosed = true) }], {
      signals,
      logger: { error: (fields) => errors.push(fields) },
    });
    process.emit(SIGNAL, SIGNAL);
    await assert.rejects(closer.close(), failure);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(isClosed, true);
    assert.deepEqual(errors, [{ error: 'stuck' }]);
    assert.equal(process.exitCode, 1);
    // Not undefined, which Bun takes for no change.
    process.exitCode = 0;
  });

  it('should close without a signal, by close() or await using, and listen no more', async () => {
    let closes = 0;
    const closeable = { close: () => void closes++ };
    {
      await using closer = closeOnSignals([closeable], { signals });
      assert.equal(listeners(), 1);
      assert.equal(closer.close(), closer.close());
    }
    assert.deepEqual([closes, listeners()], [1, 0]);
  });

  it('should do nothing after release()', () => {
    const closer = closeOnSignals([{ close: () => assert.fail('closed') }], { signals });
    closer.release();
    closer.release();
    assert.equal(listeners(), 0);
    process.emit(SIGNAL, SIGNAL);
    assert.equal(closer.isClosing, false);
  });

  it('should close sessions and clusters, count what they do, and leave nothing', async () => {
    const h = await ClusterHarness.start();
    const cluster = h.cluster();
    const session = await h.settle(cluster.connect());
    const closer = closeOnSignals([session, cluster], { signals });
    const work = session.execute('INSERT INTO ks.t (k) VALUES (1)');
    assert.ok(closer.activeOperations >= 1);
    process.emit(SIGNAL, SIGNAL);
    await h.settle(closer.close());
    await work;
    assert.deepEqual([session.closed, cluster.closed, closer.activeOperations], [true, true, 0]);
    assert.deepEqual(await h.leftovers(), nothing);
  });

  it('should check what it is given before it listens', () => {
    const cases: readonly (readonly [unknown, unknown, string])[] = [
      [null, {}, 'closeables'],
      [[{}], {}, 'closeables'],
      [[], { signals: [] }, 'signals'],
      [[], { signals: ['SIGKILL'] }, 'signals'],
      [[], { signals: 'SIGTERM' }, 'signals'],
      [[], { signals: ['term'] }, 'signals'],
      [[], { drainTimeoutMs: -1 }, 'drainTimeoutMs'],
      [[], { exit: 'yes' }, 'exit'],
      [[], { logger: { info: 1 } }, 'logger'],
      [[], { nonsense: 1 }, 'nonsense'],
    ];
    const before = process.listenerCount('SIGTERM');
    for (const [closeables, options, path] of cases)
      assert.throws(
        () => closeOnSignals(closeables as never, options as never),
        (error) => error instanceof ConfigurationError && error.path === path,
        path,
      );
    assert.equal(process.listenerCount('SIGTERM'), before);
  });
});
