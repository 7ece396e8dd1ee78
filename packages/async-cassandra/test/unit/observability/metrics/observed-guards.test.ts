import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Registry } from 'prom-client';
import { ConnectionError } from '../../../../src/errors/index.ts';
import { CircuitBreakerSession } from '../../../../src/integrations/circuit-breaker/index.ts';
import { PrometheusMetricsCollector } from '../../../../src/integrations/prometheus/index.ts';
import { MetricsMiddleware } from '../../../../src/observability/index.ts';
import { RateLimitedSession } from '../../../../src/resilience/index.ts';
import { SessionDecorator } from '../../../../src/session/index.ts';
import { rows, t, VirtualClock } from '../../../support/index.ts';
import { FakeSession } from '../../../support/session/fake-session.ts';
import { SessionHarness } from '../../../support/session/session-harness.ts';

class Rig {
  readonly clock = new VirtualClock();
  readonly inner = new FakeSession();
  readonly metrics: MetricsMiddleware;
  readonly #registry = new Registry();

  constructor() {
    this.metrics = new MetricsMiddleware([new PrometheusMetricsCollector({ registry: this.#registry })]);
  }

  limited(inner: FakeSession | SessionDecorator = this.inner): RateLimitedSession {
    return new RateLimitedSession(inner, { maxConcurrent: 1, maxQueued: 2, maxQueueMs: 200 }, this.clock);
  }

  breaker(): CircuitBreakerSession {
    return new CircuitBreakerSession(
      this.inner,
      { windowSize: 4, minimumRequests: 4, halfOpenAfterMs: 1_000 },
      this.clock,
    );
  }

  /** What is exported of them and is not 0, by the line without its prefix. */
  async exported(): Promise<Record<string, number>> {
    const lines = (await this.#registry.metrics()).split('\n');
    const found = lines.map((line) => /^cassandra_((?:rate_limit|circuit)\S*) (\S+)$/.exec(line));
    return Object.fromEntries(
      found.flatMap((each) => (each === null || each[2] === '0' ? [] : [[each[1] as string, Number(each[2])]])),
    );
  }
}

const settled = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

describe('metrics of rate limits', () => {
  test('should tell who has passed, waits, was refused, or has given up', async () => {
    const rig = new Rig();
    const session = rig.limited();
    rig.metrics.observe(session);
    assert.deepEqual(await rig.exported(), {});
    const first = session.execute('1');
    const second = session.execute('2');
    const late = settled(session.execute('late'));
    await rig.clock.settle(settled(session.execute('too many')));
    await rig.clock.advance(150);
    assert.deepEqual(await rig.exported(), {
      rate_limit_permitted_total: 1,
      'rate_limit_rejected_total{reason="queue_full"}': 1,
      rate_limit_waiting_requests: 2,
      rate_limit_in_flight_requests: 1,
    });
    rig.inner.requests[0]?.succeed();
    await first;
    await rig.clock.settle(late);
    const controller = new AbortController();
    const aborted = settled(session.execute('aborted', [], { signal: controller.signal }));
    controller.abort();
    await aborted;
    await rig.clock.settle(settled(session.execute('short', [], { timeoutMs: 20 })));
    assert.deepEqual(await rig.exported(), {
      rate_limit_permitted_total: 2,
      'rate_limit_rejected_total{reason="queue_full"}': 1,
      'rate_limit_rejected_total{reason="queue_time"}': 1,
      'rate_limit_given_up_total{reason="timeout"}': 1,
      'rate_limit_given_up_total{reason="aborted"}': 1,
      rate_limit_waited_total: 1,
      rate_limit_wait_seconds_total: 0.15,
      rate_limit_in_flight_requests: 1,
    });
    rig.inner.requests[1]?.succeed();
    await second;
  });

  test('should be of all of them together, and not fall when one closes or is taken away', async () => {
    const rig = new Rig();
    const sessions = [rig.limited(), rig.limited(), rig.limited(new (class extends FakeSession {})())];
    rig.inner.onRequest = (request) => request.succeed();
    const observed = sessions.map((session) => rig.metrics.observe(session));
    // Twice is the same as once, and does not end with the second.
    rig.metrics.observe(sessions[0] as RateLimitedSession)[Symbol.dispose]();
    for (const session of sessions.slice(0, 2)) await session.execute('1');
    const under = sessions[2]?.execute('1').catch(() => undefined);
    assert.deepEqual(await rig.exported(), {
      rate_limit_permitted_total: 3,
      rate_limit_in_flight_requests: 1,
    });
    observed[0]?.[Symbol.dispose]();
    await sessions[0]?.execute('not seen');
    await sessions[1]?.close();
    assert.deepEqual(await rig.exported(), {
      rate_limit_permitted_total: 3,
      rate_limit_in_flight_requests: 1,
    });
    rig.metrics.observe(sessions[0] as RateLimitedSession);
    observed[2]?.[Symbol.dispose]();
    (sessions[2]?.inner as FakeSession).requests[0]?.succeed();
    await under;
  });
});

describe('metrics of circuit breakers', () => {
  test('should tell their state, what they let pass, and what they refuse', async () => {
    const rig = new Rig();
    const session = rig.breaker();
    rig.metrics.observe(session);
    assert.deepEqual(await rig.exported(), { 'circuit_breakers{state="closed"}': 1 });
    rig.inner.onRequest = (request) => request.fail(new ConnectionError('lost'));
    for (let i = 0; i < 6; i++) await settled(session.execute('bad'));
    assert.deepEqual(await rig.exported(), {
      'circuit_breakers{state="open"}': 1,
      circuit_breaker_opened_total: 1,
      circuit_breaker_rejected_total: 2,
      'circuit_breaker_requests_total{verdict="failed"}': 4,
    });
    await rig.clock.advance(1_000);
    rig.inner.onRequest = null;
    const probe = session.execute('probe');
    assert.equal((await rig.exported())['circuit_breakers{state="half_open"}'], 1);
    rig.inner.requests.at(-1)?.succeed();
    await probe;
    const after = await rig.exported();
    assert.equal(after['circuit_breakers{state="closed"}'], 1);
    assert.equal(after['circuit_breaker_probes_total'], 1);
    assert.equal(after['circuit_breaker_requests_total{verdict="succeeded"}'], 1);
    await session.close();
    const { 'circuit_breakers{state="closed"}': _closed, ...counts } = after;
    assert.deepEqual(await rig.exported(), counts, 'what is closed has no state any more');
  });
});

describe('observing a decorated session', () => {
  test('should follow all decorators and the session inside, to which a cluster has given it already', async () => {
    const metrics = new MetricsMiddleware();
    await using h = await SessionHarness.start({ cluster: { metrics } });
    h.servers.when('SELECT k FROM ks.t', rows({ k: t.int }, [[1]]));
    const limited = new RateLimitedSession(h.session, {}, h.clock);
    const guarded = new CircuitBreakerSession(limited, {}, h.clock);
    metrics.observe(guarded);
    await h.settle(guarded.execute('SELECT k FROM ks.t'));
    const value = (name: string, label = ''): number | undefined =>
      metrics
        .collect()
        .find(({ definition }) => definition.name === name)
        ?.samples.find(({ labels }) => label === '' || Object.values(labels).includes(label))?.value;
    assert.equal(value('cassandra_rate_limit_permitted_total'), 1);
    assert.equal(value('cassandra_circuit_breaker_requests_total', 'succeeded'), 1);
    assert.equal(value('cassandra_queries_total', 'simple'), 1, 'the request is not counted twice');
    assert.equal(value('cassandra_sessions'), 1);
  });

  test('should leave other decorators alone', () => {
    class Plain extends SessionDecorator {
      readonly stats: { readonly admitted: string };
      constructor(inner: FakeSession) {
        super(inner, new VirtualClock());
        this.stats = { admitted: 'secret' };
      }
      protected override around<T>(operation: (timeoutMs: undefined) => Promise<T>): Promise<T> {
        return operation(undefined);
      }
      protected override release(): void {
        // It holds nothing.
      }
    }
    const metrics = new MetricsMiddleware();
    metrics.observe(new Plain(new FakeSession()))[Symbol.dispose]();
    assert.equal(JSON.stringify(metrics.collect()).includes('secret'), false);
  });
});
