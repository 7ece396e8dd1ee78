import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { ConstantSpeculativeExecutionPolicy, type RetryPolicy } from '../../../src/policies/index.ts';
import { dynamic, SeededRandom } from '../../support/index.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';
import {
  type AnswerKind,
  ANSWERS,
  answerOf,
  type Arrival,
  checkHistory,
  heardAt,
  type End,
  type RequestHistory,
  type RequestSpec,
} from './request-histories.ts';

const TEXTS: Readonly<Record<RequestSpec['kind'], (id: number) => string>> = {
  read: (id) => `SELECT k FROM ks.t WHERE k = ${id}`,
  write: (id) => `INSERT INTO ks.t (k) VALUES (${id})`,
  lwt: (id) => `INSERT INTO ks.t (k) VALUES (${id}) IF NOT EXISTS`,
  counter: (id) => `UPDATE ks.t SET c = c + 1 WHERE k = ${id}`,
};
const BAD = (Object.keys(ANSWERS) as AnswerKind[]).filter((kind) => kind !== 'good');

const verdict = fc.constantFrom('retrySame' as const, 'retryNext' as const, 'rethrow' as const, 'ignore' as const);
const request: fc.Arbitrary<RequestSpec> = fc.record({
  kind: fc.constantFrom('read' as const, 'write' as const, 'write' as const, 'lwt' as const, 'counter' as const),
  idempotent: fc.constantFrom(undefined, true, false),
  timeoutMs: fc.constantFrom(40, 150, 1000),
  attemptTimeoutMs: fc.constantFrom(undefined, undefined, 20, 60),
  verdicts: fc.option(fc.array(verdict, { minLength: 1, maxLength: 4 }), { nil: undefined, freq: 2 }),
  abortAfterMs: fc.option(fc.nat(60), { nil: undefined, freq: 8 }),
});
const world = fc.record({
  seed: fc.nat(),
  nodes: fc.integer({ min: 1, max: 4 }),
  version: fc.constantFrom(4, 5),
  goodShare: fc.constantFrom(0, 0.3, 0.7),
  speculationMs: fc.constantFrom(undefined, 5, 25),
  connectionsPerNode: fc.integer({ min: 1, max: 2 }),
  /** With few, requests wait in the queue. */
  room: fc.constantFrom(1, 1000),
});

function hostile(verdicts: NonNullable<RequestSpec['verdicts']>): RetryPolicy {
  let at = 0;
  const next = (): { decision: (typeof verdicts)[number] } => ({
    decision: verdicts[at++ % verdicts.length] ?? 'rethrow',
  });
  return { onReadTimeout: next, onWriteTimeout: next, onUnavailable: next, onRequestError: next };
}

async function run(
  at: typeof world extends fc.Arbitrary<infer W> ? W : never,
  specs: readonly RequestSpec[],
): Promise<void> {
  const random = new SeededRandom(at.seed);
  await using h = await SessionHarness.start({
    nodes: at.nodes,
    versions: [at.version],
    seed: at.seed,
    cluster: {
      pooling: { connectionsPerNode: at.connectionsPerNode, maxRequestsPerConnection: at.room },
      ...(at.speculationMs === undefined
        ? {}
        : {
            speculativeExecutionPolicy: new ConstantSpeculativeExecutionPolicy({
              delayMs: at.speculationMs,
              maxSpeculativeExecutions: 2,
            }),
          }),
    },
  });
  const arrivals = new Map<string, Arrival[]>();
  for (const server of h.servers.nodes) {
    server.when(
      /ks\.t/,
      dynamic((received) => {
        const answer = random.chance(at.goodShare) ? 'good' : random.pick(BAD);
        // At a time of its own, also after other resets, so that it is certain what it has overtaken: a fraction of a millisecond that adds up
        // without rounding. A timer takes one whole millisecond at least.
        const delayMs =
          random.pick([0, 0, 3, 12, 30, 80]) + (answer === 'lost' ? 1 + random.int(1, 2 ** 20 - 1) / 2 ** 20 : 0);
        const { at: now, cql = '', parameters, connection } = received;
        const arrival: Arrival = {
          node: server.contactPoint,
          at: now,
          answer,
          answeredAt: answer === 'silent' ? Infinity : now + delayMs,
          timestamp: parameters?.timestamp,
        };
        const known = arrivals.get(cql) ?? [];
        arrivals.set(cql, [...known, arrival]);
        mates.push({ connection: `${server.contactPoint} ${connection.number}`, arrival });
        return answerOf(answer, delayMs);
      }),
    );
  }
  const mates: { readonly connection: string; readonly arrival: Arrival }[] = [];
  const histories: { readonly cql: string; readonly history: Omit<RequestHistory, 'arrivals'> }[] = [];
  for (const [id, spec] of specs.entries()) {
    const cql = TEXTS[spec.kind](id);
    const controller = new AbortController();
    const ends: { at: number; end: End }[] = [];
    const note = (end: End): void => void ends.push({ at: h.clock.now(), end });
    histories.push({
      cql,
      history: { spec, startedAt: h.clock.now(), ends, speculates: at.speculationMs !== undefined },
    });
    const { idempotent, timeoutMs, attemptTimeoutMs, verdicts, abortAfterMs } = spec;
    h.session
      .execute(cql, undefined, {
        timeoutMs,
        signal: controller.signal,
        ...(idempotent === undefined ? {} : { idempotent }),
        ...(attemptTimeoutMs === undefined ? {} : { attemptTimeoutMs }),
        ...(verdicts === undefined ? {} : { retryPolicy: hostile(verdicts) }),
      })
      .then(
        ({ executionInfo }) => note({ result: executionInfo }),
        (reason: unknown) => note({ error: reason }),
      );
    if (abortAfterMs !== undefined) h.clock.setTimeout(() => controller.abort(), abortAfterMs);
    if (random.chance(0.5)) await h.clock.advance(random.int(0, 25));
  }
  await h.clock.advance(1_200);
  // A connection that is reset takes the answers of all who share it along.
  for (const { connection, arrival } of mates) {
    if (arrival.answer !== 'lost') continue;
    for (const mate of mates)
      if (
        mate.connection === connection &&
        heardAt(mate.arrival) > arrival.answeredAt &&
        mate.arrival.at <= arrival.answeredAt
      )
        Object.assign(mate.arrival, { answer: 'lost', answeredAt: arrival.answeredAt });
  }
  for (const { cql, history } of histories) checkHistory({ ...history, arrivals: arrivals.get(cql) ?? [] });
  const { activeOperations, inFlight, queued } = h.session.state;
  assert.deepEqual({ activeOperations, inFlight, queued }, { activeOperations: 0, inFlight: 0, queued: 0 });
}

describe('requests, whatever their servers answer', () => {
  it('should be sent again only when that is allowed, end in time and once, and say truly what has become of them', async () => {
    await fc.assert(fc.asyncProperty(world, fc.array(request, { minLength: 1, maxLength: 12 }), run), {
      numRuns: propertyRuns(1500),
      includeErrorInReport: true,
    });
  });
});
