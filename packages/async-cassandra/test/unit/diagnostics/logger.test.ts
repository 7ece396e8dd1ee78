import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Logger, silentLogger } from '../../../src/diagnostics/index.ts';

describe('silentLogger', () => {
  it('should say nothing at any level, and stay like this', () => {
    for (const level of ['error', 'warn', 'info', 'debug'] as const) {
      assert.equal(silentLogger[level]?.('message'), undefined);
      assert.equal(silentLogger[level], undefined);
    }
    assert.ok(Object.isFrozen(silentLogger));
  });
});

describe('Logger', () => {
  it('should be what console is', () => {
    const logger: Logger = console;
    assert.equal(typeof logger.warn, 'function');
  });
});
