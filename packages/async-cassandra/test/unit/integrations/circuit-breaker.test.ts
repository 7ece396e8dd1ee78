import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as errors from '../../../src/errors/index.ts';
import {
  type CircuitBreakerOptions,
  CircuitBreakerSession,
  type CircuitStateName,
  classifyError,
} from '../../../src/integrations/circuit-breaker/index.ts';
import { error, pages, t, VirtualClock } from '../../support/index.ts';
import { FakeSession } from '../../support/session/fake-session.ts';
import { rejection, SessionHarness } from '../../support/session/session-harness.ts';

const { AbortError, CircuitOpenError, ConfigurationError, ConnectionError, InvalidValueError, TimeoutError } = errors;

const BAD = new ConnectionError('lost');
const DEFAULTS: CircuitBreakerOptions = { windowSize: 10, minimumRequests: 4, halfOpenAfterMs: 1_000 };

class Rig {
  readonly clock = new VirtualClock();
  readonly inner = new FakeSession();
  readonly session: CircuitBreakerSession;
  readonly states: CircuitStateName[] = [];

  constructor(options: CircuitBreakerOptions = DEFAULTS) {
    this.session = new CircuitBreakerSession(this.inner, options, this.clock);
    this.session.onStateChange((state) => this.states.push(state));
  }

  /** Has a request fail; one that is refused before gives its refusal. */
  async fail(problem: unknown = BAD): Promise<Error> {
    const before = this.inner.requests.length;
    const failure = rejection(this.session.execute('q'));
    if (this.inner.requests.length > before) this.inner.requests.at(-1)?.fail(problem);
    return failure;
  }

  async succeed(): Promise<void> {
    const result = this.session.execute('q');
    this.inner.requests.at(-1)?.succeed();
    await result;
  }

  async open(): Promise<void> {
    for (let i = 0; i < 4; i++) await this.fail();
    assert.equal(this.session.circuitState, 'open');
  }
}

describe('a session with a circuit breaker', () => {
  test('should give its errors as they are, and open when more than its share of the last requests fail', async () => {
    const rig = new Rig();
    for (let i = 0; i < 4; i++) await rig.succeed();
    for (let i = 0; i < 4; i++) assert.equal(await rig.fail(), BAD);
    assert.equal(rig.session.circuitState, 'closed');
    assert.equal(await rig.fail(), BAD);
    assert.equal(rig.session.circuitState, 'open');
    const asked = rig.inner.requests.length;
    const refusal = await rig.fail();
    assert.ok(refusal instanceof CircuitOpenError);
    assert.deepEqual([refusal.outcome, refusal.code], ['notSent', 'CASS_ERR_CIRCUIT_OPEN']);
    assert.match(refusal.message, /in 1000 ms/);
    assert.deepEqual([refusal.state, refusal.retryAfterMs], ['open', 1_000]);
    assert.equal(rig.inner.requests.length, asked);
    assert.deepEqual(rig.states, ['open']);
    assert.deepEqual(rig.session.stats, {
      state: 'open',
      inFlight: 0,
      succeeded: 4,
      failed: 5,
      excused: 0,
      refused: 1,
      opened: 1,
      probes: 0,
    });
  });

  test('should not open before there were enough requests to judge by', async () => {
    const rig = new Rig();
    for (let i = 0; i < 3; i++) await rig.fail();
    assert.equal(rig.session.circuitState, 'closed');
    await rig.fail();
    assert.equal(rig.session.circuitState, 'open');
  });

  test('should let one request try after its pause, and close when that succeeds', async () => {
    const rig = new Rig();
    await rig.open();
    await rig.clock.advance(999);
    assert.ok((await rig.fail()) instanceof CircuitOpenError);
    await rig.clock.advance(1);
    const probe = rig.session.execute('probe');
    assert.equal(rig.session.circuitState, 'halfOpen');
    const others = await Promise.all([1, 2].map(() => rejection(rig.session.execute('other'))));
    for (const each of others) {
      assert.ok(each instanceof CircuitOpenError);
      assert.match(each.message, /a request is trying/);
      assert.deepEqual([each.state, each.retryAfterMs], ['halfOpen', 0]);
    }
    assert.equal(rig.inner.requests.at(-1)?.query, 'probe');
    rig.inner.requests.at(-1)?.succeed();
    await probe;
    assert.deepEqual(rig.states, ['open', 'halfOpen', 'closed']);
    for (let i = 0; i < 2; i++) await rig.fail();
    assert.equal(rig.session.circuitState, 'closed');
    assert.deepEqual([rig.session.stats.probes, rig.session.stats.refused], [1, 3]);
  });

  test('should open again for a whole pause when the try fails', async () => {
    const rig = new Rig();
    await rig.open();
    await rig.clock.advance(1_000);
    assert.equal(await rig.fail(), BAD);
    assert.equal(rig.session.circuitState, 'open');
    await rig.clock.advance(999);
    assert.ok((await rig.fail()) instanceof CircuitOpenError);
    await rig.clock.advance(1);
    await rig.succeed();
    assert.equal(rig.session.circuitState, 'closed');
    assert.equal(rig.session.stats.opened, 1);
  });

  test('should learn nothing from a try that is given up: it neither closes the circuit nor keeps it open', async () => {
    const rig = new Rig();
    await rig.open();
    await rig.clock.advance(1_000);
    const aborted = new AbortError('the client hung up');
    assert.equal(await rig.fail(aborted), aborted);
    assert.equal(rig.session.circuitState, 'open');
    await rig.succeed();
    assert.equal(rig.session.circuitState, 'closed');
  });

  test('should close when the try is answered, though with an error of the caller', async () => {
    const rig = new Rig();
    await rig.open();
    await rig.clock.advance(1_000);
    await rig.fail(new errors.CqlSyntaxError('no', {}));
    assert.equal(rig.session.circuitState, 'closed');
  });

  test('should not count mistakes of callers, aborts and limits on this side', async () => {
    const rig = new Rig();
    const excused = [
      new AbortError('aborted'),
      new InvalidValueError('wrong'),
      new ConfigurationError('x', 'wrong'),
      new errors.RateLimitExceededError('full', { limit: 'maxQueued', queued: 1, retryAfterMs: 0 }),
      new errors.QueueFullError('limits.maxQueued', 'full'),
      new errors.SessionClosedError('closed'),
      new TimeoutError('had no turn', 5, { outcome: 'notSent' }),
    ];
    for (const each of [...excused, ...excused]) assert.equal(await rig.fail(each), each);
    assert.equal(rig.session.circuitState, 'closed');
    assert.deepEqual([rig.session.stats.excused, rig.session.stats.failed], [14, 0]);
  });

  test('should let failures of requests from before it opened neither end a later try nor open it again', async () => {
    const rig = new Rig();
    const late = Array.from({ length: 8 }, () => rejection(rig.session.execute('late')));
    await rig.open();
    await rig.clock.advance(1_000);
    const probe = rig.session.execute('probe');
    for (const request of rig.inner.requests.slice(0, 4)) request.fail(BAD);
    await Promise.all(late.slice(0, 4));
    assert.equal(rig.session.circuitState, 'halfOpen');
    rig.inner.requests.at(-1)?.succeed();
    await probe;
    for (const request of rig.inner.requests.slice(4, 8)) request.fail(BAD);
    await Promise.all(late);
    assert.equal(rig.session.circuitState, 'closed');
  });

  test('should measure its pause on a clock that nobody sets', async (context) => {
    const rig = new Rig();
    await rig.open();
    context.mock.method(Date, 'now', () => 0);
    await rig.clock.advance(1_000);
    await rig.succeed();
    assert.equal(rig.session.circuitState, 'closed');
  });

  test('should keep no timer', async () => {
    const rig = new Rig();
    await rig.open();
    assert.equal(rig.clock.pending, 0);
    await rig.session.close();
    assert.deepEqual(rig.inner.closings, [undefined]);
  });

  test('should not be harmed by listeners that throw, and forget those taken away', async () => {
    const warnings: unknown[] = [];
    const rig = new Rig({ ...DEFAULTS, logger: { warn: (message) => warnings.push(message) } });
    let calls = 0;
    const remove = rig.session.onStateChange(() => calls++);
    rig.session.onStateChange(() => {
      throw new Error('thrown');
    });
    rig.session.onStateChange(() => Promise.reject(new Error('rejected')));
    await rig.open();
    assert.equal(calls, 1);
    remove();
    remove();
    await rig.clock.advance(1_000);
    await rig.succeed();
    assert.deepEqual([calls, warnings.length], [1, 6]);
    assert.throws(() => rig.session.onStateChange(null as never), ConfigurationError);
  });

  test('should take the word of its user on what an error says', async () => {
    const own = new Error('of another layer');
    const rig = new Rig({ ...DEFAULTS, classify: (failure) => (failure === own ? 'answered' : undefined) });
    for (let i = 0; i < 10; i++) await rig.fail(own);
    assert.equal(rig.session.circuitState, 'closed');
    for (let i = 0; i < 10; i++) await rig.fail();
    assert.equal(rig.session.circuitState, 'open');
  });

  test('should refuse options that are unknown or not possible, by name', () => {
    const wrong: [string, object][] = [
      ['threshold', { threshold: 1 }],
      ['windowSize', { windowSize: 0 }],
      ['minimumRequests', { windowSize: 5, minimumRequests: 6 }],
      ['halfOpenAfterMs', { halfOpenAfterMs: Infinity }],
      ['classify', { classify: 'all' }],
      ['treshold', { treshold: 0.5 }],
    ];
    for (const [path, options] of wrong)
      assert.throws(
        () => new Rig(options),
        (failure) => failure instanceof ConfigurationError && failure.path === path,
        path,
      );
    assert.doesNotThrow(() => new Rig({ windowSize: 5 }));
  });
});

describe('what an error says about the cluster', () => {
  test('should be decided for each class of errors', () => {
    const make = (errorClass: unknown): unknown =>
      Object.create((errorClass as { prototype: object }).prototype) as unknown;
    const said: Record<string, string[]> = { failure: [], answered: [], nothing: [] };
    for (const [name, value] of Object.entries(errors))
      if (name.endsWith('Error')) said[classifyError(make(value))]?.push(name);
    assert.deepEqual(said['answered']?.sort(), [
      'AlreadyExistsError',
      'CqlSyntaxError',
      'FunctionFailureError',
      'InvalidQueryError',
      'ServerConfigurationError',
      'UnauthorizedError',
      'UnpreparedError',
    ]);
    assert.deepEqual(said['nothing']?.sort(), [
      'AbortError',
      'AuthenticationError',
      'CircuitOpenError',
      'ConfigurationError',
      'InvalidValueError',
      'QueueFullError',
      'RateLimitExceededError',
      'SessionClosedError',
      'StreamBusyError',
    ]);
    for (const name of [
      'ConnectionError',
      'NoHostAvailableError',
      'TimeoutError',
      'ReadTimeoutError',
      'OverloadedError',
    ])
      assert.ok(said['failure']?.includes(name), name);
    assert.equal(classifyError('no error at all'), 'failure');
  });
});

describe('pages behind a circuit breaker', () => {
  test('should count as requests, and be refused while it is open', async () => {
    await using h = await SessionHarness.start();
    const SELECT = 'SELECT k FROM ks.t';
    h.servers.when(SELECT, pages({ k: t.int }, [[[1]], [[2]], [[3]]]));
    h.servers.when({ cql: 'SELECT bad' }, error('overloaded'));
    const session = new CircuitBreakerSession(h.session, { windowSize: 4, minimumRequests: 2 }, h.clock);
    const result = await h.settle(session.execute(SELECT));
    const stream = await h.settle(session.executeStream(SELECT, [], { prefetchPages: 0 }));
    const rowsOf = stream[Symbol.asyncIterator]();
    assert.deepEqual((await h.settle(rowsOf.next())).value, { k: 1 });
    assert.deepEqual((await h.settle(rowsOf.next())).value, { k: 2 });
    assert.equal(session.stats.succeeded, 3);
    for (let i = 0; i < 3; i++) await h.failure(session.execute('SELECT bad', [], { timeoutMs: 1_000 }));
    assert.equal(session.circuitState, 'open');
    h.clearLogs();
    assert.ok((await h.failure(rowsOf.next())) instanceof CircuitOpenError);
    assert.ok((await h.failure(result.all())) instanceof CircuitOpenError);
    assert.equal(h.statements.length, 0);
    assert.equal(h.session.state.openStreams, 0);
    await h.settle(session.close());
  });
});
