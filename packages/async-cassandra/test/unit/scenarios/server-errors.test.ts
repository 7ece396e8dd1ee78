import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { AsyncCassandraError, QueryError } from '../../../src/errors/index.ts';
import { type AsyncResultSet, BatchStatement, type RequestOptions } from '../../../src/session/index.ts';
import { error, type ReceivedRequest, type Reply, rows, sequence, t, voidResult } from '../../support/index.ts';
import { InOrder } from '../../support/policies/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';
import { ERROR_CASES, type ErrorCase, type Kind, KINDS, type Verdict } from './server-error-table.ts';

const TEXTS: Readonly<Record<Kind, string>> = {
  read: 'SELECT k FROM ks.t WHERE k = ?',
  'read-': 'SELECT k FROM ks.t WHERE k = ?',
  'write+': 'INSERT INTO ks.t (k) VALUES (?)',
  write: 'INSERT INTO ks.t (k) VALUES (?)',
  'lwt+': 'INSERT INTO ks.t (k) VALUES (?) IF NOT EXISTS',
  lwt: 'INSERT INTO ks.t (k) VALUES (?) IF NOT EXISTS',
  counter: 'UPDATE ks.c SET n = n + 1 WHERE k = ?',
  'batch+': 'INSERT INTO ks.t (k) VALUES (?)',
  batch: 'INSERT INTO ks.t (k) VALUES (?)',
  counters: 'UPDATE ks.c SET n = n + 1 WHERE k = ?',
};
const STATEMENTS = { opcode: ['QUERY', 'EXECUTE', 'BATCH'], cql: /FROM ks\.t|INTO ks\.t|UPDATE ks\.c/ } as const;

/** One after the other: as a text, and as a prepared statement where there is such a form. */
const FORMS = ['text', 'prepared'] as const;

function execute(h: SessionHarness, kind: Kind, form: (typeof FORMS)[number]): Promise<AsyncResultSet> {
  const options: RequestOptions = kind.endsWith('+')
    ? { idempotent: true }
    : kind.endsWith('-')
      ? { idempotent: false }
      : {};
  const cql = form === 'prepared' ? TEXTS[kind] : TEXTS[kind].replace('?', '7');
  const params = form === 'prepared' ? [7] : undefined;
  if (!kind.startsWith('batch') && kind !== 'counters') return h.session.execute(cql, params, options);
  const batch = new BatchStatement(kind === 'counters' ? 'counter' : 'logged');
  return h.session.executeBatch(batch.add(cql, params).add(cql, params), options);
}

/** To which nodes, by number, an attempt goes while every answer is the error. The plan is 0, 1, 2. */
function routeOf(verdict: Verdict, nodes: number): number[] {
  const plan = Array.from({ length: nodes }, (_, i) => i);
  const routes: Record<Verdict, number[]> = { same: [0, 0, 0, 0], next: plan, once: plan.slice(0, 2), fail: [0] };
  return routes[verdict];
}

for (const version of [4, 5]) {
  for (const nodes of [1, 3]) {
    describe(`errors of servers, protocol v${version}, ${nodes} node(s)`, () => {
      let h: SessionHarness;
      before(async () => {
        h = await SessionHarness.start({
          nodes,
          versions: [version],
          cluster: { loadBalancingPolicy: new InOrder() },
        });
        for (const table of ['t', 'c']) h.servers.schema.addTable('ks', table, { k: t.int, n: t.counter });
        // Every node has prepared them in good times: what is under test is how executing them fails.
        for (const { node } of h.servers.nodes)
          for (const cql of Object.values(TEXTS)) await h.settle(h.session.execute(cql, [7], { node: node.hostId }));
      });
      after(() => h[Symbol.asyncDispose]());

      /** What arrived where, in order. */
      const route = (): { readonly node: number; readonly request: ReceivedRequest }[] =>
        h.servers.nodes
          .flatMap((server, node) => server.log.statements.map((request) => ({ node, request })))
          .sort((a, b) => a.request.at - b.request.at);

      async function script(reply: Reply, run: () => Promise<void>): Promise<void> {
        const rule = h.servers.when(STATEMENTS, reply);
        h.clearLogs();
        await run();
        rule.remove();
      }

      function checkTimestamps(kind: Kind): void {
        const stamps = new Set(route().map(({ request }) => request.parameters?.timestamp));
        assert.equal(stamps.size, 1, 'one timestamp for all attempts');
        const isOwn = ['write+', 'write', 'batch+', 'batch'].includes(kind);
        assert.equal(typeof [...stamps][0], isOwn ? 'bigint' : 'undefined');
      }

      for (const errorCase of ERROR_CASES) {
        for (const kind of KINDS) {
          const verdict = errorCase.verdicts[kind];
          test(`${kind}: ${errorCase.name} should ${verdict}`, async () => {
            const reply = error(errorCase.error, errorCase.fields);
            for (const form of FORMS) {
              // An UNPREPARED of a prepared statement is no matter of policies: see the tests of preparing again.
              if (errorCase.error === 'unprepared' && form === 'prepared') continue;
              const good = kind.startsWith('read') ? rows({ k: t.int }, [[7]]) : voidResult();
              await script(sequence(reply, good), async () => {
                const [first = 0, second] = routeOf(verdict, nodes);
                if (second === undefined) {
                  check(errorCase, kind, await h.failure(execute(h, kind, form)), h.node(0).contactPoint);
                  assert.equal(route().length, 1);
                  return;
                }
                const { executionInfo } = await h.settle(execute(h, kind, form));
                assert.deepEqual(
                  route().map(({ node }) => node),
                  [first, second],
                );
                checkTimestamps(kind);
                assert.equal(executionInfo.attempts, 2);
                assert.equal(executionInfo.coordinator, h.node(second).contactPoint);
                const [tried, ...others] = executionInfo.triedNodes;
                assert.deepEqual([tried?.node, others.length], [h.node(first).contactPoint, 0]);
                check(errorCase, kind, tried?.error, h.node(first).contactPoint);
              });
              await script(reply, async () => {
                const failure = await h.failure(execute(h, kind, form));
                const expected = routeOf(verdict, nodes);
                assert.deepEqual(
                  route().map(({ node }) => node),
                  expected,
                );
                checkTimestamps(kind);
                check(errorCase, kind, failure, h.node(expected.at(-1) ?? 0).contactPoint);
              });
            }
            assert.equal(h.session.activeOperations, 0);
            assert.equal(h.session.state.inFlight, 0);
            assert.deepEqual(h.servers.faults, []);
          });
        }
      }

      function check(errorCase: ErrorCase, kind: Kind, failure: unknown, node: string): void {
        assert.ok(failure instanceof AsyncCassandraError);
        assert.equal(failure.name, errorCase.className, failure.message);
        assert.ok(failure instanceof QueryError);
        assert.equal(failure.node, node);
        const outcome = kind.startsWith('lwt') ? errorCase.conditionalOutcome : errorCase.outcome;
        assert.equal(failure.outcome, kind.startsWith('read') ? 'rejected' : outcome);
        assert.ok(failure.message.includes(`scripted ${errorCase.error}`), 'the words of the server');
        checkFields(errorCase, failure, version);
      }
    });
  }
}

/** The fields of each error, in the form of this version: what the server sent has to arrive, each under its name. */
function checkFields({ fields, error: name }: ErrorCase, failure: QueryError, version: number): void {
  const seen = failure as QueryError & Record<string, unknown>;
  const expected: Record<string, unknown> = {};
  if (fields.consistency !== undefined) expected['consistency'] = fields.consistency;
  if (fields.blockFor !== undefined) expected['required'] = fields.blockFor;
  if (fields.required !== undefined) expected['required'] = fields.required;
  if (fields.received !== undefined) expected['received'] = fields.received;
  if (fields.alive !== undefined) expected['alive'] = fields.alive;
  if (fields.dataPresent !== undefined) expected['dataPresent'] = fields.dataPresent;
  if (fields.writeType !== undefined) expected['writeType'] = fields.writeType;
  if (name === 'writeTimeout') expected['contentions'] = version >= 5 && fields.writeType === 'CAS' ? 5 : undefined;
  if (fields.failures !== undefined) {
    expected['failures'] = Object.keys(fields.failures).length;
    expected['failuresByNode'] = version >= 5 ? { ...fields.failures } : undefined;
  }
  if (fields.keyspace !== undefined) expected['keyspace'] = fields.keyspace;
  if (fields.table !== undefined) expected['table'] = fields.table;
  if (fields.functionName !== undefined) expected['functionName'] = fields.functionName;
  if (fields.argumentTypes !== undefined) expected['argumentTypes'] = fields.argumentTypes;
  if (fields.id !== undefined) expected['statementId'] = Buffer.from(fields.id).toString('hex');
  for (const [field, value] of Object.entries(expected)) {
    const actual = seen[field];
    if (field === 'failuresByNode' && value !== undefined)
      assert.deepEqual({ ...(actual as Record<string, number>) }, value);
    else assert.deepEqual(actual, value, field);
  }
}
