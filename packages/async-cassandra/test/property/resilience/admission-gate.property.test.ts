import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { AbortError, RateLimitExceededError, SessionClosedError, TimeoutError } from '../../../src/errors/index.ts';
import { AdmissionGate } from '../../../src/resilience/admission-gate.ts';
import { readRateLimits } from '../../../src/resilience/rate-limit-options.ts';
import { VirtualClock } from '../../support/index.ts';
import { propertyRuns } from '../../support/property-runs.ts';

interface Bounds {
  readonly maxConcurrent: number;
  readonly requestsPerSecond: number | undefined;
  readonly burst: number | undefined;
  readonly maxQueued: number;
  readonly maxQueueMs: number;
}

interface Arrival {
  readonly afterMs: number;
  readonly workMs: number;
  readonly timeoutMs: number | undefined;
  /** Which of three signals it carries, if any: they are shared, as those of a service's requests are. */
  readonly signal: number;
}

const limits: fc.Arbitrary<Bounds> = fc.record({
  maxConcurrent: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant(Infinity)),
  requestsPerSecond: fc.oneof(fc.double({ min: 0.5, max: 2_000, noNaN: true }), fc.constant(undefined)),
  burst: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.constant(undefined)),
  maxQueued: fc.integer({ min: 0, max: 20 }),
  maxQueueMs: fc.integer({ min: 1, max: 2_000 }),
});

const arrival: fc.Arbitrary<Arrival> = fc.record({
  afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 200 })),
  workMs: fc.integer({ min: 1, max: 300 }),
  timeoutMs: fc.oneof(fc.constant(undefined), fc.integer({ min: 1, max: 1_000 })),
  signal: fc.oneof(fc.constant(-1), fc.integer({ min: 0, max: 2 })),
});

interface Visit {
  readonly number: number;
  readonly cameAt: number;
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
  passedAt: number | null;
  refusedAt: number | null;
  error: unknown;
}

interface Run {
  readonly bounds: Bounds;
  readonly arrivals: readonly Arrival[];
  readonly abortsAtMs: readonly number[];
  readonly closesAtMs: number | undefined;
}

/** Lets all visitors come and go in virtual time, and checks at each step what can be checked at once. */
async function simulate({ bounds, arrivals, abortsAtMs, closesAtMs }: Run): Promise<readonly Visit[]> {
  const clock = new VirtualClock();
  const gate = new AdmissionGate(readRateLimits(bounds), clock);
  const controllers = [0, 1, 2].map(() => new AbortController());
  const abortedAt = new Map<AbortSignal, number>();
  const visits: Visit[] = [];
  let inside = 0;
  let closedAt = Infinity;
  const visit = async (number: number, { workMs, timeoutMs, signal }: Arrival): Promise<void> => {
    const own = controllers[signal]?.signal;
    const each: Visit = {
      number,
      cameAt: clock.now(),
      timeoutMs,
      signal: own,
      passedAt: null,
      refusedAt: null,
      error: null,
    };
    visits.push(each);
    try {
      const turn = gate.enter({ timeoutMs, signal: own });
      if (turn !== null) await turn;
    } catch (error) {
      each.refusedAt = clock.now();
      each.error = error;
      return;
    }
    each.passedAt = clock.now();
    inside++;
    assert.ok(inside <= bounds.maxConcurrent, `${inside} at a time`);
    assert.ok(gate.queued <= bounds.maxQueued);
    await new Promise<void>((resolve) => {
      clock.setTimeout(resolve, workMs);
    });
    inside--;
    gate.leave();
  };
  const all: Promise<void>[] = [];
  let at = 0;
  for (const [number, each] of arrivals.entries()) {
    at += each.afterMs;
    if (at === 0) all.push(visit(number, each));
    else clock.setTimeout(() => all.push(visit(number, each)), at);
  }
  for (const [i, ms] of abortsAtMs.entries())
    clock.setTimeout(() => {
      const controller = controllers[i];
      if (controller === undefined) return;
      abortedAt.set(controller.signal, clock.now());
      controller.abort();
    }, ms);
  if (closesAtMs !== undefined)
    clock.setTimeout(() => {
      closedAt = clock.now();
      gate.close();
    }, closesAtMs);
  await clock.advance(arrivals.length * 600 + 20_000 + arrivals.length * 2_000);
  await Promise.all(all);
  assert.equal(clock.pending, 0, 'timers are left');
  assert.deepEqual([gate.inFlight, gate.queued, inside], [0, 0, 0]);
  assert.equal(visits.length, arrivals.length);
  for (const each of visits) checkRefusal(each, bounds, abortedAt, closedAt);
  return visits;
}

/** Each reason is true: it was time, the signal had fired, the gate was closed or the queue full. */
function checkRefusal(visit: Visit, bounds: Bounds, abortedAt: Map<AbortSignal, number>, closedAt: number) {
  const { error, refusedAt, cameAt, signal, timeoutMs } = visit;
  if (refusedAt === null) {
    const waitedMs = (visit.passedAt ?? 0) - cameAt;
    assert.ok(waitedMs <= Math.min(bounds.maxQueueMs, timeoutMs ?? Infinity), `passed after ${waitedMs} ms`);
    return;
  }
  if (error instanceof AbortError) {
    assert.ok(signal?.aborted);
    assert.equal(refusedAt, Math.max(cameAt, abortedAt.get(signal) ?? Infinity));
  } else if (error instanceof SessionClosedError) assert.equal(refusedAt, Math.max(cameAt, closedAt));
  else if (error instanceof TimeoutError) assert.equal(refusedAt - cameAt, timeoutMs);
  else {
    assert.ok(error instanceof RateLimitExceededError, String(error));
    assert.ok(refusedAt === cameAt || refusedAt - cameAt === bounds.maxQueueMs);
  }
  assert.equal(error.outcome, 'notSent');
}

function passedInOrder(visits: readonly Visit[]): Visit[] {
  return visits.filter(({ passedAt }) => passedAt !== null).sort((a, b) => (a.passedAt ?? 0) - (b.passedAt ?? 0));
}

const run: fc.Arbitrary<Run> = fc.record({
  bounds: limits,
  arrivals: fc.array(arrival, { minLength: 1, maxLength: 60 }),
  abortsAtMs: fc.array(fc.integer({ min: 1, max: 2_000 }), { maxLength: 3 }),
  closesAtMs: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, fc.integer({ min: 1, max: 3_000 })),
});

/** A gate by its definition: first come, first served, each at the first moment at which all bounds allow it. */
function model(bounds: Bounds, arrivals: readonly Arrival[]): (number | null)[] {
  const { requestsPerSecond = Infinity, maxConcurrent } = bounds;
  const burst = readRateLimits(bounds).burst;
  const begun: number[] = [];
  const ends: number[] = [];
  let cameAt = 0;
  let before = 0;
  return arrivals.map(({ afterMs, workMs }) => {
    cameAt += afterMs;
    let at = Math.max(cameAt, before);
    for (;;) {
      const busy = ends.filter((end) => end > at).length;
      // The bucket, filled drop by drop from the beginning.
      let tokens = burst;
      let since = 0;
      for (const begin of begun) {
        tokens = Math.min(burst, tokens + ((begin - since) * requestsPerSecond) / 1000) - 1;
        since = begin;
      }
      tokens = requestsPerSecond === Infinity ? 1 : Math.min(burst, tokens + ((at - since) * requestsPerSecond) / 1000);
      if (busy < maxConcurrent && tokens >= 1 - 1e-9) break;
      at++;
    }
    begun.push(at);
    ends.push(at + workMs);
    before = at;
    return at;
  });
}

describe('The gate of a rate limit', () => {
  it('should let pass in order, never too many at a time and never too fast, and leave nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(run, async (each) => {
        const visits = await simulate(each);
        const passed = passedInOrder(visits);
        // First come, first served.
        for (let i = 1; i < passed.length; i++)
          assert.ok((passed[i - 1] as Visit).number < (passed[i] as Visit).number, 'not first come, first served');
        const { requestsPerSecond } = each.bounds;
        if (requestsPerSecond === undefined) return;
        const { burst } = readRateLimits(each.bounds);
        const times = passed.map(({ passedAt }) => passedAt as number);
        for (let from = 0; from < times.length; from++)
          for (let to = from; to < times.length; to++) {
            const span = (times[to] as number) - (times[from] as number);
            const most = burst + (span * requestsPerSecond) / 1000;
            assert.ok(to - from + 1 <= most + 1e-6, `${to - from + 1} in ${span} ms, at most ${most}`);
          }
      }),
      { numRuns: propertyRuns(400) },
    );
  });

  it('should let each pass at the very moment at which a simple model does', async () => {
    const patient = fc.record({
      afterMs: fc.integer({ min: 0, max: 100 }),
      workMs: fc.integer({ min: 1, max: 100 }),
      timeoutMs: fc.constant(undefined),
      signal: fc.constant(-1),
    });
    const bounds = fc.record({
      maxConcurrent: fc.integer({ min: 1, max: 5 }),
      // Rates whose tokens come at whole milliseconds, so that the model can go step by step.
      requestsPerSecond: fc.constantFrom(undefined, 1_000, 500, 250, 200, 100, 50, 40, 20),
      burst: fc.integer({ min: 1, max: 5 }),
      maxQueued: fc.constant(1_000),
      maxQueueMs: fc.constant(1_000_000),
    });
    await fc.assert(
      fc.asyncProperty(bounds, fc.array(patient, { minLength: 1, maxLength: 40 }), async (each, arrivals) => {
        const visits = await simulate({ bounds: each, arrivals, abortsAtMs: [], closesAtMs: undefined });
        const passed = visits.map(({ passedAt }) => passedAt);
        // A timer may come a millisecond late, where the time of a token is not exact in binary.
        const expected = model(each, arrivals);
        for (const [i, at] of expected.entries()) {
          const off = (passed[i] as number) - (at as number);
          assert.ok(off >= 0 && off <= 1, `number ${i} passed at ${passed[i]}, the model says ${at}`);
        }
      }),
      { numRuns: propertyRuns(300) },
    );
  });
});
