import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SessionClosedError } from '../../../src/errors/index.ts';
import { CircuitBreakerSession } from '../../../src/integrations/circuit-breaker/index.ts';
import { createMonitoredSession, type MonitoredSession } from '../../../src/observability/index.ts';
import { RateLimitedSession } from '../../../src/resilience/index.ts';
import {
  BatchStatement,
  type CassandraSession,
  innermostSession,
  type SessionDecorator,
} from '../../../src/session/index.ts';
import { delayed, error, held, pages, t, type VirtualClock, voidResult } from '../../support/index.ts';
import { rejection, SessionHarness } from '../../support/session/session-harness.ts';

const SELECT = 'SELECT k FROM ks.t';
const INSERT = 'INSERT INTO ks.t (k) VALUES (1)';

type Wrap = (inner: CassandraSession, clock: VirtualClock) => Promise<SessionDecorator>;

const DECORATORS: Record<string, Wrap> = {
  limit: async (inner, clock) => new RateLimitedSession(inner, { maxConcurrent: 2 }, clock),
  breaker: async (inner, clock) => new CircuitBreakerSession(inner, { windowSize: 4, minimumRequests: 4 }, clock),
  monitor: (inner, clock) => createMonitoredSession(inner, { startMonitoring: true, intervalMs: 50 }, clock),
};

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) => permutations(items.filter((each) => each !== item)).map((rest) => [item, ...rest]));
}

/** Puts decorators around a session, the first one innermost. */
async function wrap(h: SessionHarness, names: readonly string[]): Promise<Map<string, SessionDecorator>> {
  const made = new Map<string, SessionDecorator>();
  let session: CassandraSession = h.session;
  for (const name of names) {
    const decorator = await h.settle((DECORATORS[name] as Wrap)(session, h.clock));
    made.set(name, decorator);
    session = decorator;
  }
  return made;
}

for (const names of permutations(Object.keys(DECORATORS))) {
  describe(`${names.join(' inside ')}`, () => {
    const outermost = (made: Map<string, SessionDecorator>) => made.get(names.at(-1) as string) as SessionDecorator;

    test('should execute, stream, prepare and batch as the session does, and count each page once in each', async () => {
      await using h = await SessionHarness.start();
      h.servers.when(SELECT, pages({ k: t.int }, [[[1]], [[2]], [[3]]]));
      h.servers.when(INSERT, voidResult());
      const made = await wrap(h, names);
      const session = outermost(made);
      assert.equal(innermostSession(session), h.session);
      const rows = [{ k: 1 }, { k: 2 }, { k: 3 }];
      assert.deepEqual(await h.settle((await h.settle(session.execute(SELECT))).all()), rows);
      const read = async (): Promise<unknown[]> => {
        const seen: unknown[] = [];
        for await (const row of await session.executeStream(SELECT)) seen.push(row);
        return seen;
      };
      assert.deepEqual(await h.settle(read()), rows);
      await h.settle(session.executeBatch(new BatchStatement('logged').add(INSERT)));
      assert.equal((await h.settle(session.prepare(INSERT))).cql, INSERT);
      assert.equal((made.get('limit') as RateLimitedSession).stats.admitted, 8);
      assert.equal((made.get('breaker') as CircuitBreakerSession).stats.succeeded, 8);
      assert.equal((made.get('monitor') as MonitoredSession).stats.succeeded, 8);
      await h.settle(session.close());
    });

    test('should tell the same error through all', async () => {
      await using h = await SessionHarness.start();
      h.servers.when(SELECT, error('invalid'));
      const session = outermost(await wrap(h, names));
      const plain = await h.failure(h.session.execute(SELECT));
      const wrapped = await h.failure(session.execute(SELECT));
      assert.deepEqual([wrapped.name, wrapped.message], [plain.name, plain.message]);
      await h.settle(session.close());
    });

    test('should let what is under way finish when it closes, then close all, with no timer left', async () => {
      await using h = await SessionHarness.start();
      h.servers.when(INSERT, delayed(300, voidResult()));
      const made = await wrap(h, names);
      const session = outermost(made);
      const all = [1, 2, 3, 4].map(() => session.execute(INSERT));
      await h.clock.advance(10);
      const closing = session.close({ drainTimeoutMs: 10_000 });
      assert.ok((await rejection(session.execute(INSERT))) instanceof SessionClosedError);
      assert.equal((await h.settle(Promise.all(all))).length, 4);
      await h.settle(closing);
      for (const [name, each] of made) assert.ok(each.closed, name);
      assert.ok(h.session.closed);
      assert.equal((made.get('monitor') as MonitoredSession).monitor.isMonitoring, false);
    });

    test('should fail what does not finish in time when it closes', async () => {
      await using h = await SessionHarness.start();
      h.servers.when(INSERT, held(voidResult()));
      const session = outermost(await wrap(h, names));
      const all = [1, 2, 3, 4].map(() => rejection(session.execute(INSERT)));
      await h.clock.advance(10);
      const from = h.clock.now();
      await h.settle(session.close({ drainTimeoutMs: 200 }));
      for (const failure of await h.settle(Promise.all(all))) assert.ok(failure instanceof SessionClosedError);
      assert.ok(h.clock.now() - from < 1_000, `${h.clock.now() - from}`);
      assert.equal(session.activeOperations, 0);
    });
  });
}

describe('a decorated session', () => {
  test('should know that the session inside was closed by itself', async () => {
    await using h = await SessionHarness.start();
    const session = new RateLimitedSession(h.session, {}, h.clock);
    assert.equal(session.closed, false);
    await h.settle(h.session.close());
    assert.equal(session.closed, true);
    assert.ok((await h.failure(session.execute(SELECT))) instanceof SessionClosedError);
    await h.settle(session.close());
  });

  test('should leave what is no option to the session inside', async () => {
    await using h = await SessionHarness.start();
    const session = new RateLimitedSession(h.session, {}, h.clock);
    for (const options of [{ timeoutMs: 'soon' }, { signal: {} }, { tiemoutMs: 5 }]) {
      const failure = await h.failure(session.execute(SELECT, [], options as never));
      assert.equal(failure.name, 'ConfigurationError');
    }
    assert.equal(session.stats.inFlight, 0);
  });
});
