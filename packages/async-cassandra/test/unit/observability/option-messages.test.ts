import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationError } from '../../../src/errors/index.ts';
import { CircuitBreakerSession } from '../../../src/integrations/circuit-breaker/index.ts';
import { OpenTelemetryTracker } from '../../../src/integrations/opentelemetry/index.ts';
import { ConnectionMonitor, InMemoryMetricsCollector, StatusPage } from '../../../src/observability/index.ts';
import { RateLimitedSession } from '../../../src/resilience/index.ts';
import { FakeSession } from '../../support/session/fake-session.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

type Make = (options: never) => unknown;

describe('options of what stands around sessions', () => {
  it('should be refused by name and owner, when unknown or not possible, and never by value', async () => {
    await using h = await SessionHarness.start();
    const makers: Readonly<
      Record<string, readonly [make: Make, owner: RegExp, wrong: Readonly<Record<string, unknown>>]>
    > = {
      'a rate limit': [
        (options) => new RateLimitedSession(new FakeSession(), options),
        /the rate limit$/,
        { maxConcurrent: 0, requestsPerSecond: 'topsecret', burst: 1.5, maxQueued: -1, maxQueueMs: 2 ** 31 },
      ],
      'a breaker': [
        (options) => new CircuitBreakerSession(new FakeSession(), options),
        /the breaker$/,
        { threshold: 1, windowSize: 0, minimumRequests: 101, halfOpenAfterMs: Infinity, classify: 'topsecret' },
      ],
      'a monitor': [
        (options) => new ConnectionMonitor(h.session, options),
        /of a monitor/,
        {
          intervalMs: 0,
          checkTimeoutMs: NaN,
          maxConcurrentChecks: 0,
          historySize: -1,
          metrics: {},
          logger: 'topsecret',
        },
      ],
      'a status page': [
        (options) => new StatusPage(h.cluster, h.session, options),
        /of the status page/,
        { title: '', intervalMs: 99, historySize: 1, refreshMs: 'topsecret', idleMs: -1 },
      ],
      'a collector': [
        (options) => new InMemoryMetricsCollector(options),
        /^Metrics option/,
        { maxEntries: 0, maxStatements: 'topsecret' },
      ],
      'a tracker': [
        (options) => new OpenTelemetryTracker(options),
        /of OpenTelemetryTracker/,
        {
          queryText: 'topsecret',
          attempts: true,
          propagate: 1,
          tracerProvider: {},
          meterProvider: null,
          metrics: 'no',
        },
      ],
    };
    for (const [name, [make, owner, wrong]] of Object.entries(makers)) {
      for (const [option, value] of Object.entries({ ...wrong, unheardOf: 1 })) {
        assert.throws(
          () => make({ [option]: value } as never),
          (error) => {
            assert.ok(error instanceof ConfigurationError, `${name}: ${option}`);
            assert.equal(error.path, option);
            assert.match(error.message, new RegExp(`ption "${option}"`));
            assert.match(error.message, owner);
            assert.equal(error.message.includes('topsecret'), false);
            return true;
          },
        );
      }
      assert.throws(() => make('topsecret' as never), ConfigurationError, name);
    }
  });
});
