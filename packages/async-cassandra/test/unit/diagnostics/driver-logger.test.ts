import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import pino from 'pino';
import { DriverLogger, type Logger, LogSink } from '../../../src/diagnostics/index.ts';
import { VirtualClock } from '../../support/index.ts';

interface Written {
  readonly level: string;
  readonly args: readonly unknown[];
}

function harness(target?: Logger): {
  readonly clock: VirtualClock;
  readonly sink: LogSink;
  readonly logger: DriverLogger;
  readonly written: Written[];
} {
  const written: Written[] = [];
  const note =
    (level: string) =>
    (...args: unknown[]): void =>
      void written.push({ level, args });
  const clock = new VirtualClock();
  const all = { error: note('error'), warn: note('warn'), info: note('info'), debug: note('debug') };
  const sink = new LogSink(target ?? all, clock);
  return { clock, sink, logger: new DriverLogger(sink), written };
}

describe('DriverLogger', () => {
  it('should have no method for a level that the target has not, or has not enabled at the moment', () => {
    let enabled: readonly string[] = ['error'];
    const { logger } = harness({
      error: () => undefined,
      info: () => undefined,
      isLevelEnabled: (level) => enabled.includes(level),
    });
    assert.equal(logger.warn, undefined);
    assert.equal(logger.info, undefined);
    assert.equal(typeof logger.error, 'function');
    enabled = ['info'];
    assert.equal(typeof logger.info, 'function');
    assert.equal(logger.error, undefined);
  });

  it('should build nothing for a level that pino has switched off, and follow pino when it is switched on', () => {
    const lines: Record<string, unknown>[] = [];
    const target = pino({ level: 'warn' }, { write: (line) => void lines.push(JSON.parse(line)) });
    const { logger } = harness(target);
    const build = (): object => assert.fail('it was built');
    logger.debug?.(build(), 'never');
    logger.info?.(build(), 'never');
    logger.with({ session: 's1' }).warn?.({ node: '10.0.0.1:9042' }, 'Lost a connection');
    target.level = 'debug';
    logger.debug?.('Now');
    assert.deepEqual(
      lines.map(({ level, session, node, msg }) => ({ level, session, node, msg })),
      [
        { level: 40, session: 's1', node: '10.0.0.1:9042', msg: 'Lost a connection' },
        { level: 20, session: undefined, node: undefined, msg: 'Now' },
      ],
    );
  });

  it('should hand a text alone to the target as a text, and fields before it', () => {
    const { logger, written } = harness();
    logger.info?.('Alone');
    logger.with({ session: 's1' }).info?.('In a session');
    logger.with({ session: 's1' }).with({ node: 'n' }).error?.({ event: 'up' }, 'All');
    assert.deepEqual(written, [
      { level: 'info', args: ['Alone'] },
      { level: 'info', args: [{ session: 's1' }, 'In a session'] },
      { level: 'error', args: [{ session: 's1', node: 'n', event: 'up' }, 'All'] },
    ]);
  });

  it('should harm nobody when the target throws', () => {
    const thrower = (): never => {
      throw new Error('disk full');
    };
    const { logger } = harness({ warn: thrower, info: thrower, isLevelEnabled: thrower });
    logger.warn?.('Something');
    logger.info?.({ a: 1 }, 'Something');
  });

  it('should limit what repeats, for each node by itself, and tell how much it has kept back', async () => {
    const { logger, clock, written } = harness();
    for (let i = 0; i < 100; i++) logger.warn?.({ node: 'a', error: `failure ${i}` }, 'Lost a connection');
    logger.warn?.({ node: 'b' }, 'Lost a connection');
    logger.error?.({ node: 'a' }, 'Lost a connection');
    assert.equal(written.length, 7);
    await clock.advance(9_999);
    assert.equal(written.length, 7);
    await clock.advance(1);
    assert.deepEqual(written[7], {
      level: 'warn',
      args: [{ node: 'a', suppressed: 95, withinMs: 10_000 }, 'Lost a connection (95 more like this suppressed)'],
    });
    assert.equal(clock.pending, 0, 'a timer only while there is something to tell');
    logger.warn?.({ node: 'a' }, 'Lost a connection');
    assert.equal(written.length, 9, 'a new window begins');
  });

  it('should tell what it has kept back when it is closed, and leave no timer', () => {
    const { logger, sink, clock, written } = harness();
    for (let i = 0; i < 7; i++) logger.debug?.('Again');
    sink.close();
    assert.equal(clock.pending, 0);
    assert.deepEqual(written[5]?.args, [{ suppressed: 2, withinMs: 10_000 }, 'Again (2 more like this suppressed)']);
    for (let i = 0; i < 9; i++) logger.debug?.('After');
    assert.equal(written.length, 15);
    assert.equal(clock.pending, 0);
  });

  it('should remember a bounded number of kinds, and forget none that it has not told of', async () => {
    const { logger, clock, written } = harness();
    for (let i = 0; i < 8; i++) logger.warn?.('The first kind');
    for (let i = 0; i < 5_000; i++) logger.warn?.({ node: `node ${i}` }, 'Lost a connection');
    assert.equal(written.length, 5 + 5_000 + 1);
    assert.ok(written.some(({ args }) => args[1] === 'The first kind (3 more like this suppressed)'));
    await clock.advance(20_000);
    assert.equal(clock.pending, 0);
  });
});
