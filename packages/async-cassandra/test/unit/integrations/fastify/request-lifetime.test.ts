import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { describe, it } from 'node:test';
import { type RawResponse, RequestLifetime } from '../../../../src/integrations/fastify/request-lifetime.ts';

/** A response that a test ends as it likes. */
class FakeResponse extends EventEmitter {
  destroyed = false;
  writableEnded = false;

  close(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

function lifetimeOf(raw: FakeResponse, deadlineMs: number | false = false): RequestLifetime {
  return new RequestLifetime(raw as unknown as RawResponse, deadlineMs);
}

describe('RequestLifetime', () => {
  it('should abort when the client closes before the reply has ended', () => {
    const raw = new FakeResponse();
    const { signal } = lifetimeOf(raw);
    assert.equal(signal.aborted, false);
    raw.close();
    assert.equal((signal.reason as Error).name, 'AbortError');
  });

  it('should be aborted from the start when the client has gone already', () => {
    const raw = new FakeResponse();
    raw.close();
    assert.equal(lifetimeOf(raw).signal.aborted, true);
  });

  it('should not abort what goes on after a complete reply', () => {
    const raw = new FakeResponse();
    const lifetime = lifetimeOf(raw, 1);
    const { signal } = lifetime;
    raw.writableEnded = true;
    raw.close();
    assert.deepEqual([signal.aborted, lifetime.isLate], [false, false]);
  });

  it('should leave no listener and no timer when nobody asks for the signal', () => {
    const raw = new FakeResponse();
    assert.equal(lifetimeOf(raw, 10).isLate, false);
    assert.equal(raw.listenerCount('close'), 0);
  });

  it('should have one listener however often it is asked', () => {
    const raw = new FakeResponse();
    const lifetime = lifetimeOf(raw);
    assert.equal(lifetime.signal, lifetime.signal);
    assert.equal(raw.listenerCount('close'), 1);
  });

  it('should abort at the deadline, counted from the start of the request', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const lifetime = lifetimeOf(new FakeResponse(), 50);
    const { signal } = lifetime;
    t.mock.timers.tick(49);
    t.mock.timers.tick(2);
    assert.equal((signal.reason as Error).name, 'TimeoutError');
    assert.equal(lifetime.isLate, true);
  });

  it('should stop the timer when the reply is out', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const raw = new FakeResponse();
    const lifetime = lifetimeOf(raw, 50);
    const { signal } = lifetime;
    raw.close();
    t.mock.timers.tick(100);
    assert.equal((signal.reason as Error).name, 'AbortError');
    assert.equal(lifetime.isLate, false);
  });
});
