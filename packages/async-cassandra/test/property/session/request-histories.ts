import assert from 'node:assert/strict';
import { AsyncCassandraError, NoHostAvailableError, type Outcome, QueryError } from '../../../src/errors/index.ts';
import { closeConnection, delayed, error, never, type Reply, voidResult } from '../../support/index.ts';

const counts = { consistency: 'QUORUM', blockFor: 2, received: 1 } as const;

/**
 * How a server may answer, and what that says, by hand: whether the statement certainly was not applied, and whether one that
 * is not idempotent may be sent again after it. `plain`: unless it is conditional.
 */
export const ANSWERS = {
  good: { reply: voidResult(), notApplied: 'never', mayRepeat: 'never', name: '' },
  bootstrapping: {
    reply: error('isBootstrapping'),
    notApplied: 'always',
    mayRepeat: 'always',
    name: 'IsBootstrappingError',
  },
  unavailable: { reply: error('unavailable'), notApplied: 'plain', mayRepeat: 'plain', name: 'UnavailableError' },
  invalid: { reply: error('invalid'), notApplied: 'always', mayRepeat: 'never', name: 'InvalidQueryError' },
  readTimeout: {
    reply: error('readTimeout', { ...counts, dataPresent: true }),
    notApplied: 'plain',
    mayRepeat: 'never',
    name: 'ReadTimeoutError',
  },
  writeTimeout: {
    reply: error('writeTimeout', { ...counts, writeType: 'SIMPLE' }),
    notApplied: 'never',
    mayRepeat: 'never',
    name: 'WriteTimeoutError',
  },
  casTimeout: {
    reply: error('writeTimeout', { ...counts, writeType: 'CAS' }),
    notApplied: 'never',
    mayRepeat: 'never',
    name: 'WriteTimeoutError',
  },
  counterTimeout: {
    reply: error('writeTimeout', { ...counts, writeType: 'COUNTER' }),
    notApplied: 'never',
    mayRepeat: 'never',
    name: 'WriteTimeoutError',
  },
  overloaded: { reply: error('overloaded'), notApplied: 'never', mayRepeat: 'never', name: 'OverloadedError' },
  lost: { reply: closeConnection('reset'), notApplied: 'never', mayRepeat: 'never', name: 'ConnectionError' },
  silent: { reply: never(), notApplied: 'never', mayRepeat: 'never', name: '' },
} as const satisfies Readonly<Record<string, { reply: Reply; notApplied: Says; mayRepeat: Says; name: string }>>;
type Says = 'always' | 'plain' | 'never';
export type AnswerKind = keyof typeof ANSWERS;

export interface RequestSpec {
  readonly kind: 'read' | 'write' | 'lwt' | 'counter';
  readonly idempotent: boolean | undefined;
  readonly timeoutMs: number;
  readonly attemptTimeoutMs: number | undefined;
  /** A policy that wants everything, by a fixed sequence of verdicts; undefined: the default policy. */
  readonly verdicts: readonly ('retrySame' | 'retryNext' | 'rethrow' | 'ignore')[] | undefined;
  readonly abortAfterMs: number | undefined;
}

/** One sending as a server saw it. */
export interface Arrival {
  readonly node: string;
  readonly at: number;
  readonly answer: AnswerKind;
  /** When the answer leaves; Infinity: never. */
  answeredAt: number;
  readonly timestamp: bigint | undefined;
}

export type End =
  | { readonly result: { readonly coordinator: string | undefined; readonly attempts: number } }
  | { readonly error: unknown };

/** All that is known of one request when everything is over. */
export interface RequestHistory {
  readonly spec: RequestSpec;
  readonly startedAt: number;
  readonly arrivals: readonly Arrival[];
  readonly ends: readonly { readonly at: number; readonly end: End }[];
  readonly speculates: boolean;
}

export function answerOf(kind: AnswerKind, delayMs: number): Reply {
  return delayMs === 0 ? ANSWERS[kind].reply : delayed(delayMs, ANSWERS[kind].reply);
}

const LATENCY_MS = 1;
/** Deadlines are kept in steps of 10 ms, from the end of the turn in which a request is made. */
const SLACK_MS = 25;

/** When the client hears of the answer; a reset has no latency on this network. */
export function heardAt({ answer, answeredAt }: Arrival): number {
  return answer === 'lost' ? answeredAt : answeredAt + LATENCY_MS;
}

function says(what: Says, spec: RequestSpec): boolean {
  return what === 'always' || (what === 'plain' && spec.kind !== 'lwt');
}

/** What must hold of each request, whatever has happened; told by what servers and the caller saw alone. */
export function checkHistory({ spec, startedAt, arrivals, ends, speculates }: RequestHistory): void {
  const isRead = spec.kind === 'read';
  const isIdempotent = spec.idempotent ?? isRead;
  const mayRunTwice = isIdempotent && (spec.kind === 'read' || spec.kind === 'write') && speculates;
  assert.equal(ends.length, 1, 'settles, once');
  const [{ at, end }] = ends as [(typeof ends)[0]];
  assert.ok(at - startedAt <= spec.timeoutMs + SLACK_MS, `settles in time: ${at - startedAt} of ${spec.timeoutMs} ms`);
  assert.equal(new Set(arrivals.map(({ timestamp }) => timestamp)).size <= 1, true, 'one timestamp for all attempts');
  if (spec.kind === 'lwt' || spec.kind === 'counter' || isRead)
    assert.ok(arrivals.every(({ timestamp }) => timestamp === undefined));
  else assert.ok(arrivals.every(({ timestamp }) => typeof timestamp === 'bigint'));

  arrivals.forEach((arrival, i) => {
    assert.ok(arrival.at <= at + LATENCY_MS, 'nothing is sent when the request is over');
    for (const before of arrivals.slice(0, i)) {
      const { answer, answeredAt } = before;
      const wasAnswered = heardAt(before) <= arrival.at - LATENCY_MS;
      if (!isIdempotent)
        assert.ok(
          wasAnswered && says(ANSWERS[answer].mayRepeat, spec),
          `sent again after ${answer}, which may be applied`,
        );
      const patience = Math.min(spec.attemptTimeoutMs ?? Infinity, spec.timeoutMs);
      // What comes when its attempt was given up is not heard; what comes in the same millisecond may be too late.
      const wasHeard = heardAt(before) < arrival.at - LATENCY_MS && answeredAt + 2 * LATENCY_MS - before.at < patience;
      if (answer === 'casTimeout' || answer === 'counterTimeout')
        assert.ok(!wasHeard, 'sent again after a write timeout that is never retried');
      const wasGivenUp = spec.attemptTimeoutMs !== undefined && arrival.at - before.at >= patience;
      assert.ok(wasAnswered || wasGivenUp || mayRunTwice, 'two executions at a time');
    }
  });
  if (spec.verdicts === undefined)
    assert.ok(arrivals.length <= (mayRunTwice ? 4 + 2 : 4), 'a bounded number of retries');

  const answered = arrivals.filter((arrival) => heardAt(arrival) <= at);
  if ('result' in end) {
    const good = answered.filter(({ answer }) => answer === 'good');
    const isIgnored = spec.verdicts?.includes('ignore') === true;
    assert.ok(isIgnored || good.some(({ node }) => node === end.result.coordinator), 'a result comes of a good answer');
    assert.ok(end.result.attempts >= arrivals.length);
    return;
  }
  checkError(spec, arrivals, answered, end.error);
  const isGivenUpAfter = Math.min(spec.attemptTimeoutMs ?? Infinity, spec.timeoutMs);
  for (const { answer, at: sentAt, answeredAt } of answered) {
    const isInTime = answeredAt + 2 * LATENCY_MS < at && answeredAt + 2 * LATENCY_MS - sentAt < isGivenUpAfter;
    assert.ok(answer !== 'good' || !isInTime, 'a good answer that comes in time is the result');
  }
}

function checkError(
  spec: RequestSpec,
  arrivals: readonly Arrival[],
  answered: readonly Arrival[],
  failure: unknown,
): void {
  assert.ok(failure instanceof AsyncCassandraError, String(failure));
  const { outcome }: { outcome: Outcome } = failure;
  if (spec.kind === 'read') assert.notEqual(outcome, 'unknown', 'a read changes nothing');
  if (outcome === 'notSent') assert.equal(arrivals.length, 0, `${failure.name} says notSent`);
  if (outcome === 'rejected' && spec.kind !== 'read') {
    for (const arrival of arrivals)
      assert.ok(
        answered.includes(arrival) && says(ANSWERS[arrival.answer].notApplied, spec),
        `${failure.name} says rejected, but one attempt ended with ${arrival.answer}`,
      );
  }
  if (failure instanceof QueryError)
    assert.ok(
      answered.some(({ node, answer }) => node === failure.node && ANSWERS[answer].name === failure.name),
      `a server answered ${failure.name}`,
    );
  if (!(failure instanceof NoHostAvailableError)) return;
  for (const [node, reason] of Object.entries(failure.errors)) {
    if (!(reason instanceof QueryError)) continue;
    const names = answered.filter((arrival) => arrival.node === node).map(({ answer }): string => ANSWERS[answer].name);
    assert.equal(reason.name, names.at(-1), 'the last error of each node');
  }
  for (const { node, answer } of answered)
    if (answer !== 'good') assert.ok(failure.errors[node] !== undefined, `tells of ${node}, which answered ${answer}`);
}
