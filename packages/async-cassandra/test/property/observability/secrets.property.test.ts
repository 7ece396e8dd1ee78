import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { fc } from '../../support/fast-check.ts';
import { CircuitBreakerSession } from '../../../src/integrations/circuit-breaker/index.ts';
import { RateLimitedSession } from '../../../src/resilience/index.ts';
import { BatchStatement, type CassandraSession } from '../../../src/session/index.ts';
import { delayed, error, generatedRows, never, passwordAuth, rows, t, voidResult } from '../../support/index.ts';
import { EverythingObserved } from '../../support/observability/everything-observed.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

/** A text that occurs nowhere by chance, and what of it is looked for, however the rest may be escaped. */
interface Secret {
  readonly text: string;
  readonly needles: readonly string[];
}

const letters = fc.stringMatching(/^[A-Za-z]{9}$/);
const nasty = fc.constantFrom(
  '',
  ' ',
  "'",
  "''",
  '--',
  '/*',
  '*/',
  '$$',
  '?',
  ':x',
  '\n',
  '"',
  'é',
  '\u0000',
  '; DROP',
);

/** @param role - keeps secrets of different kinds apart, also when they have been shrunk */
function secretFor(role: string): fc.Arbitrary<Secret> {
  return fc.tuple(letters, nasty, letters).map(([start, middle, end]) => ({
    text: `${role}${start}${middle}${end}${role}`,
    needles: [role + start, end + role],
  }));
}

/** A literal of CQL with a secret in it. */
interface Literal {
  readonly cql: string;
  readonly needles: readonly string[];
}

const LITERALS: readonly ((value: Secret) => Literal)[] = [
  ({ text, needles }) => ({ cql: `'${text.replaceAll("'", "''")}'`, needles }),
  ({ text, needles }) => ({ cql: `$$${text.replaceAll('$', '')}$$`, needles }),
  ({ text, needles }) => ({ cql: `{'k': '${text.replaceAll("'", "''")}', 'l': 1}`, needles }),
  ({ text, needles }) => ({ cql: `['${text.replaceAll("'", "''")}', 'x']`, needles }),
  ({ text, needles }) => ({ cql: `textAsBlob('${text.replaceAll("'", "''")}')`, needles }),
  ({ needles: [start = '', end = ''] }) => ({ cql: `1 /* ${start} */ -- ${end}\n`, needles: [start, end] }),
  ({ text }) => {
    const hex = Buffer.from(text).toString('hex');
    return { cql: `0x${hex}`, needles: [hex] };
  },
  ({ text }) => {
    const digits = [...Buffer.from(text)].join('').slice(0, 20);
    return { cql: `-${digits}`, needles: [digits] };
  },
];

const literal = fc.tuple(secretFor('lit'), fc.constantFrom(...LITERALS)).map(([value, form]) => form(value));

interface Secrets {
  readonly password: Secret;
  readonly bound: Secret;
  readonly literal: Literal;
  /** What a server's message quotes, and what a signal is aborted with: of errors' causes and messages, and nowhere else. */
  readonly quoted: Secret;
}

const BOUND = 'INSERT INTO shop.users (name) VALUES (?)';
const READ = 'SELECT k FROM shop.events WHERE name = ?';

/** What a program does with them, well and badly. */
const OPERATIONS: Readonly<Record<string, (session: CassandraSession, secrets: Secrets) => Promise<unknown>>> = {
  'a bound value': (session, { bound }) => session.execute(BOUND, [bound.text]),
  'a bound value of the wrong kind': (session, { bound }) => session.execute(BOUND, [{ secret: bound.text }]),
  'a bound value too many': (session, { bound }) => session.execute(BOUND, [bound.text, bound.text]),
  'a named value': (session, { bound }) => session.execute(BOUND, { other: bound.text }),
  'a literal': (session, { literal: { cql } }) =>
    session.execute(`INSERT INTO shop.users (name) VALUES (${cql})`, undefined, { prepare: false }),
  'a literal that is prepared': (session, { literal: { cql }, bound }) =>
    session.execute(`SELECT k FROM shop.users WHERE a = ${cql} AND name = ?`, [bound.text]),
  'a text that is no statement': (session, { literal: { cql } }) => session.execute(`${cql} FROM nowhere`),
  'a statement that the server refuses': (session, { literal: { cql } }) => session.execute(`SELECT bad ${cql}`),
  'a statement that is not answered': (session, { literal: { cql } }) =>
    session.execute(`SELECT slow ${cql}`, undefined, { timeoutMs: 20 }),
  'an aborted statement': (session, { literal: { cql }, quoted }) => {
    const controller = new AbortController();
    const aborted = session.execute(`SELECT slow ${cql}`, undefined, { signal: controller.signal });
    controller.abort(new Error(quoted.text));
    return aborted;
  },
  'a batch': (session, { literal: { cql }, bound }) =>
    session.executeBatch(
      new BatchStatement('logged').add(`INSERT INTO shop.users (name) VALUES (${cql})`).add(BOUND, [bound.text]),
    ),
  'a stream': async (session, { bound }) => {
    const stream = await session.executeStream(READ, [bound.text], { fetchSize: 3 });
    let count = 0;
    for await (const _row of stream) count++;
    return count;
  },
  'a payload': (session, { bound }) =>
    session.execute(BOUND, [bound.text], { customPayload: { secret: Buffer.from(bound.text) } }),
  'an option that is wrong': (session, { bound }) =>
    session.execute(BOUND, [bound.text], { consistency: bound.text as 'ONE' }),
  'more than the rate limit lets wait': (session, { bound }) =>
    Promise.all([1, 2, 3, 4].map(() => session.execute(BOUND, [bound.text]))),
  'requests until the circuit opens': async (session, { literal: { cql } }) => {
    const attempt = (): Promise<unknown> =>
      session.execute(`SELECT slow ${cql}`, undefined, { timeoutMs: 5 }).catch((reason: unknown) => reason);
    for (let i = 0; i < 5; i++) await attempt();
    return session.execute(`SELECT slow ${cql}`);
  },
};

/** Everything that can be printed of a value, and the forms that a secret may take in it. */
function assertHides(value: unknown, needles: readonly string[], what: string): void {
  const printed = inspect(value, { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null });
  const serialised = JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}` : inner));
  const texts = [printed, String(serialised)].map((text) => text.toLowerCase());
  for (const needle of needles) {
    const bytes = Buffer.from(needle);
    const spaced = bytes.toString('hex').replace(/(..)(?!$)/g, '$1 ');
    for (const form of [needle, bytes.toString('hex'), spaced, [...bytes].join(','), [...bytes].join(', ')])
      for (const text of texts)
        assert.equal(text.includes(form.toLowerCase()), false, `${what} holds ${form}: ${text.slice(0, 4_000)}`);
  }
}

async function script(secrets: Secrets): Promise<{ h: SessionHarness; seen: EverythingObserved }> {
  const seen = new EverythingObserved();
  const { password, quoted } = secrets;
  const h = await SessionHarness.start({
    nodes: 2,
    servers: { auth: passwordAuth({ ada: password.text.replaceAll('\0', '') }) },
    cluster: {
      credentials: { username: 'ada', password: password.text.replaceAll('\0', '') },
      ...seen.options,
    },
  });
  h.servers.when(BOUND, delayed(2, voidResult()), { bind: { name: t.text } });
  h.servers.when(
    READ,
    generatedRows({ k: t.int }, 10, (i) => [i]),
    { bind: { name: t.text } },
  );
  h.servers.when(/^SELECT k FROM shop\.users/, rows({ k: t.int }, [[1]]), { bind: { name: t.text } });
  h.servers.when(/^SELECT bad/, error('syntaxError', { message: `no viable alternative at input ${quoted.text}` }));
  h.servers.when(/^SELECT slow/, never());
  h.servers.when(/FROM nowhere$/, error('syntaxError', { message: `mismatched input ${quoted.text}` }));
  return { h, seen };
}

describe('what the driver shows', () => {
  it('should hold no password, bound value or literal, wherever one looks and whatever happens', async () => {
    const happened = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        fc.record({ password: secretFor('pwd'), bound: secretFor('val'), literal, quoted: secretFor('quo') }),
        fc.shuffledSubarray(Object.keys(OPERATIONS), { minLength: Object.keys(OPERATIONS).length }),
        async (secrets, names) => {
          const { h, seen } = await script(secrets);
          await using _seen = seen;
          await using _h = h;
          const limited = new RateLimitedSession(h.session, { maxConcurrent: 2, maxQueued: 1, maxQueueMs: 3 }, h.clock);
          const breaker = { windowSize: 4, minimumRequests: 4, halfOpenAfterMs: 100 };
          const guarded = new CircuitBreakerSession(limited, breaker, h.clock);
          seen.watch(h.cluster, h.session, guarded, h.clock);
          const { password, bound, literal: written, quoted } = secrets;
          const hidden = [...password.needles, ...bound.needles, ...written.needles];
          for (const name of names) {
            const work = OPERATIONS[name]?.(guarded, secrets);
            const failure = await h.settle(
              Promise.resolve(work).then(
                () => null,
                (reason: unknown) => reason,
              ),
            );
            const kind = failure instanceof Error ? failure.name : 'no error';
            happened.set(kind, (happened.get(kind) ?? 0) + 1);
            assertHides(failure, hidden, `${kind} of ${name}`);
            // Long enough for an open circuit to let the next one try.
            await h.clock.advance(150);
          }
          await seen.look(h.clock);
          assertHides(
            [limited.stats, guarded.stats, h.session.state, h.session.counters],
            hidden,
            'what sessions tell',
          );
          for (const [where, what] of Object.entries(await seen.shown()))
            assertHides(what, [...hidden, ...quoted.needles], where);
        },
      ),
      { numRuns: propertyRuns(60) },
    );
    const kinds = [...happened.keys()].sort();
    const all = ['AbortError', 'CircuitOpenError', 'ConfigurationError', 'CqlSyntaxError', 'InvalidValueError'];
    for (const wanted of [...all, 'RateLimitExceededError', 'TimeoutError', 'no error'])
      assert.ok(kinds.includes(wanted), `${wanted} is not among ${kinds.join(', ')}`);
  });

  it('should be found to hold one when it does', () => {
    for (const leak of [
      { note: 'abcDEFghi' },
      [Buffer.from('abcDEFghi')],
      new Map([['k', new Error('of abcdefghi')]]),
      { nested: { hex: Buffer.from('abcDEFghi').toString('hex') } },
    ])
      assert.throws(() => assertHides(leak, ['abcDEFghi'], 'it'), /it holds/);
  });
});
