import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { AsyncCassandraError } from '../../../src/errors/index.ts';
import { NoHostAvailableError } from '../../../src/errors/index.ts';
import type { NodeInfo } from '../../../src/metadata/index.ts';
import { AsyncRetryPolicy, type LoadBalancingPolicy } from '../../../src/policies/index.ts';
import { RowIterator } from '../../../src/session/row-iterator.ts';
import {
  closeConnection,
  error,
  held,
  mutated,
  rows,
  schemaChange,
  setKeyspace,
  t,
  voidResult,
} from '../../support/index.ts';
import { InOrder } from '../../support/policies/index.ts';
import { rejection, SessionHarness } from '../../support/session/session-harness.ts';

const INSERT = 'INSERT INTO ks.t (k) VALUES (1)';
const SELECT = 'SELECT k FROM ks.t';

function start(nodes: number, policy: LoadBalancingPolicy = new InOrder()): Promise<SessionHarness> {
  return SessionHarness.start({ nodes, cluster: { loadBalancingPolicy: policy } });
}

describe('the way through a query plan', () => {
  test('should pass over nodes without a connection, and say so', async () => {
    await using h = await start(3);
    await h.servers.stopNode(h.node(0), { silently: true });
    await h.servers.stopNode(h.node(1), { silently: true });
    await h.clock.advance(50);
    const { executionInfo } = await h.settle(h.session.execute(INSERT));
    assert.equal(executionInfo.coordinator, h.node(2).contactPoint);
    assert.deepEqual(
      executionInfo.triedNodes.map(({ node, error: reason }) => [node, reason.name, reason.outcome]),
      [0, 1].map((index) => [h.node(index).contactPoint, 'ConnectionError', 'notSent']),
    );
    assert.equal(executionInfo.attempts, 1);
  });

  test('should tell every node once when none has a connection', async () => {
    await using h = await start(3);
    for (const node of h.servers.nodes) await h.servers.stopNode(node, { silently: true });
    await h.clock.advance(50);
    const failure = await h.failure(h.session.execute(INSERT));
    assert.ok(failure instanceof NoHostAvailableError);
    assert.deepEqual(
      Object.keys(failure.errors).sort(),
      h.servers.nodes.map((node) => node.contactPoint),
    );
    assert.equal(failure.outcome, 'notSent');
  });

  test('should say so when the plan holds no node', async () => {
    const nobody = new InOrder();
    nobody.plan = () => [].values();
    await using h = await start(1, nobody);
    const failure = await h.failure(h.session.execute(INSERT));
    assert.ok(failure instanceof NoHostAvailableError);
    assert.deepEqual(failure.errors, {});
    assert.match(failure.message, /no node/);
  });

  test('should say in short which nodes failed when there are many', async () => {
    await using h = await start(5);
    h.servers.when(INSERT, closeConnection('reset'));
    const retryPolicy = new AsyncRetryPolicy({ maxRetries: 9 });
    const failure = await h.failure(h.session.execute(INSERT, undefined, { idempotent: true, retryPolicy }));
    assert.ok(failure instanceof NoHostAvailableError);
    assert.equal(Object.keys(failure.errors).length, 5);
    assert.match(failure.message, /\.\.\.\)/);
    assert.equal(failure.outcome, 'unknown');
  });

  test('should have a balancing policy that throws fail the request alone', async () => {
    const broken = new InOrder();
    let isBroken = false;
    const plan = broken.plan.bind(broken);
    broken.plan = () => {
      if (isBroken) throw new Error('policy bug');
      return plan();
    };
    await using h = await start(2, broken);
    isBroken = true;
    const failure = await h.failure(h.session.execute(INSERT));
    assert.equal((failure as AsyncCassandraError).code, 'CASS_ERR_INTERNAL');
    assert.equal((failure as AsyncCassandraError).outcome, 'notSent');
    isBroken = false;
    broken.plan = function* (): Generator<NodeInfo, undefined> {
      const first = plan().next();
      if (first.done !== true) yield first.value;
      throw new Error('policy bug');
    };
    h.servers.when(INSERT, closeConnection('reset'));
    const late = await h.failure(h.session.execute(INSERT, undefined, { idempotent: true }));
    assert.equal((late as AsyncCassandraError).code, 'CASS_ERR_INTERNAL');
    assert.equal((late as AsyncCassandraError).outcome, 'unknown');
    assert.equal(h.session.activeOperations, 0);
    broken.plan = plan;
  });

  test('should go round full nodes, and wait when all are full', async () => {
    await using h = await SessionHarness.start({
      nodes: 3,
      cluster: { loadBalancingPolicy: new InOrder(), pooling: { maxRequestsPerConnection: 1 } },
    });
    const slow = held(voidResult());
    h.servers.when(INSERT, slow);
    const requests = Array.from({ length: 5 }, () => h.session.execute(INSERT));
    assert.equal(h.session.state.queued, 2);
    await h.clock.advance(5);
    assert.equal(slow.waiting, 3);
    slow.open();
    const results = await h.settle(Promise.all(requests));
    assert.equal(new Set(results.map((result) => result.executionInfo.coordinator)).size, 3);
  });
});

describe('results of other kinds', () => {
  test('should not harm the connection when a stream gets them', async () => {
    await using h = await SessionHarness.start();
    const before = h.node().connectionsAccepted;
    for (const reply of [
      setKeyspace('ks'),
      schemaChange({ changeType: 'CREATED', target: 'KEYSPACE', keyspace: 'x' }),
    ]) {
      h.servers.when(SELECT, reply);
      assert.equal((await h.failure(h.session.executeStream(SELECT))).name, 'ConfigurationError');
    }
    assert.equal(h.node().connectionsAccepted, before);
    assert.equal(h.session.state.openStreams, 0);
  });

  test('should fail a stream, and its connection, when rows cannot be read', async () => {
    await using h = await SessionHarness.start();
    const broken = mutated(rows({ k: t.int }, [[1], [2]]), (envelope) => {
      const changed = Buffer.from(envelope);
      changed.writeInt32BE(1000, changed.length - 8);
      return changed;
    });
    h.servers.when(SELECT, broken);
    const stream = await h.settle(h.session.executeStream(SELECT));
    const failure = await h.failure(stream[Symbol.asyncIterator]().next());
    assert.equal(failure.name, 'ProtocolError');
    assert.equal(h.session.state.openStreams, 0);
    await h.clock.advance(5000);
    await h.settle(h.session.execute(INSERT));
  });

  test('should fail a large result, and its connection, when rows cannot be read', async () => {
    await using h = await SessionHarness.start();
    const text = 'x'.repeat(5000);
    const broken = mutated(
      rows(
        { v: t.text },
        Array.from({ length: 200 }, () => [text]),
      ),
      (envelope) => {
        const changed = Buffer.from(envelope);
        changed.writeInt32BE(5001, changed.length - 5004);
        return changed;
      },
    );
    h.servers.when(SELECT, broken);
    const failure = await h.failure(h.session.execute(SELECT));
    assert.equal(failure.name, 'ProtocolError');
    assert.equal((failure as AsyncCassandraError).outcome, 'rejected');
    await h.clock.advance(5000);
    await h.settle(h.session.execute(INSERT));
  });

  test('should succeed all the same when what follows a schema change fails', async () => {
    const warnings: unknown[] = [];
    await using h = await SessionHarness.start({
      cluster: { logger: { warn: (...line: unknown[]) => warnings.push(line) } },
    });
    h.servers.when(INSERT, setKeyspace('nope'));
    h.servers.when(/USE "nope"/i, error('invalid'));
    const request = h.session.execute(INSERT);
    await h.settle(request);
    assert.equal(h.session.activeOperations, 0);
  });
});

test('an unprepared answer to a batch of texts should be an error', async () => {
  await using h = await SessionHarness.start();
  h.servers.when(INSERT, error('unprepared', { id: Buffer.from('x') }));
  assert.equal((await h.failure(h.session.execute(INSERT))).name, 'UnpreparedError');
});

test('a waiting request should not be sent in another keyspace than it was made in (v4)', async () => {
  await using h = await SessionHarness.start({
    versions: [4],
    keyspace: 'one',
    cluster: { limits: { maxInFlight: 1 } },
  });
  const slow = held(voidResult());
  h.servers.when('INSERT INTO t (k) VALUES (0)', slow);
  const first = h.session.execute('INSERT INTO t (k) VALUES (0)');
  const second = rejection(h.session.execute('INSERT INTO t (k) VALUES (1)'));
  await h.settle(h.session.setKeyspace('two'));
  slow.open();
  await h.settle(first);
  const failure = await h.settle(second);
  assert.equal(failure.name, 'ConfigurationError');
  assert.equal((failure as AsyncCassandraError).outcome, 'notSent');
});

describe('an iterator of rows', () => {
  const source = (ended: () => void): RowIterator<number> => {
    let at = 0;
    return new RowIterator<number>({
      mayGoOn: () => true,
      refill: () => Promise.resolve(at < 6 ? [at++, at++] : null),
      end: ended,
    });
  };

  test('should end by return, throw and await using', async () => {
    let ends = 0;
    const count = (): void => {
      ends++;
    };
    const thrown = source(count);
    assert.deepEqual(await thrown.next(), { done: false, value: 0 });
    await assert.rejects(thrown.throw(new Error('mine')), /mine/);
    assert.deepEqual(await thrown.next(), { done: true, value: undefined });
    {
      await using scoped = source(count);
      await scoped.next();
    }
    await source(count).return();
    assert.equal(ends, 3);
    const all: number[] = [];
    for await (const item of source(count)) all.push(item);
    assert.deepEqual(all, [0, 1, 2, 3, 4, 5]);
  });
});
