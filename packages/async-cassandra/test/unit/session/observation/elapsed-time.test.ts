import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConstantSpeculativeExecutionPolicy } from '../../../../src/policies/index.ts';
import type { RequestOptions } from '../../../../src/session/index.ts';
import {
  closeConnection,
  delayed,
  error,
  generatedRows,
  held,
  never,
  pages,
  rows,
  sequence,
  t,
  voidResult,
} from '../../../support/index.ts';
import { type HarnessOptions, SessionHarness } from '../../../support/session/session-harness.ts';

const CQL = 'SELECT k FROM ks.t';
const ROW = rows({ k: t.int }, [[1]]);

/** What a request took by a tracker that asks twice, by a second one, and by the clock of its caller. */
async function timed(
  h: SessionHarness,
  options: RequestOptions = {},
  cql = CQL,
): Promise<{ told: readonly number[]; measured: number }> {
  const told: number[] = [];
  const watch = {
    onStart: () => undefined,
    onEnd: ({ elapsedMs }: { readonly elapsedMs: number }) => void told.push(elapsedMs),
  };
  const again = {
    onStart: () => undefined,
    onEnd: (request: { readonly elapsedMs: number }) => void told.push(request.elapsedMs, request.elapsedMs),
  };
  const observed = [h.session.observe(watch), h.session.observe(again)];
  const run = async (): Promise<number> => {
    const startedAt = h.clock.now();
    await h.session.execute(cql, undefined, options).catch(() => undefined);
    return h.clock.now() - startedAt;
  };
  const measured = await h.settle(run());
  for (const each of observed) each[Symbol.dispose]();
  return { told, measured };
}

interface Way {
  readonly script: (h: SessionHarness) => void;
  readonly harness?: HarnessOptions;
  readonly options?: RequestOptions;
  /** The least that it has to take. */
  readonly least: number;
}

const ways: Readonly<Record<string, Way>> = {
  'answered at once': { script: (h) => h.servers.when(CQL, ROW), least: 2 },
  'answered late': { script: (h) => h.servers.when(CQL, delayed(300, ROW)), least: 300 },
  'failed by the server': { script: (h) => h.servers.when(CQL, delayed(40, error('invalid'))), least: 40 },
  'answered on the second node': {
    script: (h) => h.servers.when(CQL, sequence(delayed(70, error('overloaded')), delayed(30, ROW))),
    harness: { nodes: 2 },
    least: 100,
  },
  'lost, and ignored': {
    script: (h) => h.servers.when(CQL, delayed(60, closeConnection('reset'))),
    options: { retryPolicy: { onRequestError: () => ({ decision: 'ignore' }) } },
    least: 60,
  },
  'never answered, and ignored': {
    script: (h) => h.servers.when(CQL, never()),
    options: { attemptTimeoutMs: 200, retryPolicy: { onRequestError: () => ({ decision: 'ignore' }) } },
    least: 200,
  },
  'out of time': { script: (h) => h.servers.when(CQL, never()), options: { timeoutMs: 150 }, least: 150 },
  'answered by a speculative execution': {
    script: (h) => h.servers.when(CQL, sequence(held(ROW), delayed(25, ROW))),
    harness: {
      nodes: 2,
      cluster: { speculativeExecutionPolicy: new ConstantSpeculativeExecutionPolicy({ delayMs: 80 }) },
    },
    least: 105,
  },
  'answered with pages of which the first are empty': {
    script: (h) => h.servers.when(CQL, delayed(20, pages({ k: t.int }, [[], [], [[1]]]))),
    least: 60,
  },
  'answered with rows that are decoded in slices': {
    script: (h) =>
      h.servers.when(
        CQL,
        delayed(
          10,
          generatedRows({ k: t.int, v: t.text }, 3_000, (i) => [i, 'x'.repeat(300)]),
        ),
      ),
    least: 10,
  },
};

describe('the time that a request took', () => {
  for (const [name, { script, harness, options, least }] of Object.entries(ways)) {
    test(`should be what its caller has waited, the same for all: ${name}`, async () => {
      await using h = await SessionHarness.start(harness);
      script(h);
      const { told, measured } = await timed(h, options);
      assert.ok(measured >= least, `${measured}`);
      assert.deepEqual(told, [measured, measured, measured]);
    });
  }

  test('should hold the time in the queue', async () => {
    await using h = await SessionHarness.start({ cluster: { limits: { maxInFlight: 1 } } });
    h.servers.when(CQL, delayed(50, ROW));
    const first = h.session.execute(CQL);
    const { told, measured } = await timed(h);
    assert.ok(measured >= 100, `${measured}`);
    assert.deepEqual(told, [measured, measured, measured]);
    await first;
  });

  test('should hold the agreement that follows a change of the schema', async () => {
    await using h = await SessionHarness.start({ nodes: 2 });
    const { told, measured } = await timed(h, {}, 'CREATE TABLE ks.other (k int PRIMARY KEY)');
    assert.deepEqual(told, [measured, measured, measured]);
  });

  test('should be no less than the time until the reply came, while another connection is read', async () => {
    await using h = await SessionHarness.start({ nodes: 2 });
    h.servers.when(CQL, delayed(100, ROW));
    h.servers.when('INSERT INTO ks.t (k) VALUES (1)', voidResult());
    const busy = (async (): Promise<void> => {
      for (let i = 0; i < 60; i++) await h.session.execute('INSERT INTO ks.t (k) VALUES (1)');
    })();
    const { told, measured } = await timed(h);
    assert.ok(measured >= 100);
    const [last] = told.slice(-1);
    assert.equal(last, measured);
    await h.settle(busy);
  });
});
