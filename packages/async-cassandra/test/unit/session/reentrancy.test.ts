import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Codec } from '../../../src/codecs/index.ts';
import { DefaultLoadBalancingPolicy, MonotonicTimestampGenerator } from '../../../src/policies/index.ts';
import { type AsyncCassandraSession, BatchStatement } from '../../../src/session/index.ts';
import { rows, t, voidResult } from '../../support/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

const INSERT = 'INSERT INTO ks.t (k, v) VALUES (?, ?)';
const SELECT = 'SELECT k, v FROM ks.t WHERE k = ?';
const INNER = "INSERT INTO ks.log (k) VALUES ('x')";
const INNER_BOUND = 'INSERT INTO ks.log (k) VALUES (?)';
const columns = { k: t.text, v: t.text };

/** The session that callbacks use in the middle of its own work, and what came of it. */
class Inner {
  session: AsyncCassandraSession | null = null;
  readonly outcomes: Promise<unknown>[] = [];
  #isInside = false;

  /** Uses the session, which uses callbacks in turn: so many times, or it would never end. */
  use(): void {
    if (this.session === null || this.#isInside || this.outcomes.length >= 40) return;
    this.#isInside = true;
    try {
      this.outcomes.push(this.session.execute(INNER), this.session.execute(INNER_BOUND, ['y']));
    } finally {
      this.#isInside = false;
    }
  }
}

function codecThatUses(inner: Inner): Codec<string> {
  return {
    cqlType: 'text',
    encode: (value) => {
      inner.use();
      return Buffer.from(value);
    },
    decode: (bytes) => {
      inner.use();
      return Buffer.from(bytes).toString();
    },
  };
}

async function harness(inner: Inner, version: number): Promise<SessionHarness> {
  class Policy extends DefaultLoadBalancingPolicy {
    override plan(
      ...args: Parameters<DefaultLoadBalancingPolicy['plan']>
    ): ReturnType<DefaultLoadBalancingPolicy['plan']> {
      inner.use();
      return super.plan(...args);
    }
  }
  class Timestamps extends MonotonicTimestampGenerator {
    override next(): bigint | null {
      inner.use();
      return super.next();
    }
  }
  const h = await SessionHarness.start({
    versions: [version],
    cluster: {
      encoding: { codecs: [codecThatUses(inner)] },
      loadBalancingPolicy: new Policy(),
      timestampGenerator: new Timestamps(),
    },
  });
  h.servers.when(INSERT, voidResult(), { bind: columns, partitionKey: ['k'] });
  h.servers.when(INNER, voidResult());
  h.servers.when(INNER_BOUND, voidResult(), { bind: { k: t.text }, partitionKey: ['k'] });
  h.servers.when(
    SELECT,
    rows(
      columns,
      Array.from({ length: 20 }, (_, i) => [`key ${i}`, `value ${i}`]),
    ),
    { bind: { k: t.text }, partitionKey: ['k'] },
  );
  await h.settle(h.session.prepare(INSERT));
  await h.settle(h.session.prepare(INNER_BOUND));
  await h.settle(h.session.prepare(SELECT));
  inner.session = h.session;
  return h;
}

describe('a session that is used by callbacks in the middle of its own work', () => {
  for (const version of [4, 5]) {
    test(`should send and read everything as it is (v${version})`, async () => {
      const inner = new Inner();
      await using h = await harness(inner, version);
      const { session } = h;
      const writes = [1, 2, 3].map((k) => session.execute(INSERT, [`key ${k}`, `outer ${k}`]));
      const batch = new BatchStatement().add(INSERT, ['4', 'outer 4']).add(INSERT, ['5', 'outer 5']);
      const reads = [session.execute(SELECT, ['1']), session.execute(SELECT, ['2'])];
      const work = [...writes, session.executeBatch(batch)];
      const read = await h.settle(Promise.all(reads));
      for (const result of read)
        assert.deepEqual(
          (await h.settle(result.all())).map((row) => [row['k'], row['v']]),
          Array.from({ length: 20 }, (_, i) => [`key ${i}`, `value ${i}`]),
        );
      await h.settle(Promise.all(work));
      await h.settle(Promise.all(inner.outcomes));
      assert.equal(inner.outcomes.length, 40);
      const { log } = h.node();
      assert.deepEqual(
        log
          .of(INSERT)
          .filter(({ opcodeName }) => opcodeName === 'EXECUTE')
          .map(({ bound }) => bound),
        [1, 2, 3].map((k) => ({ k: `key ${k}`, v: `outer ${k}` })),
      );
      assert.ok(log.of(INNER_BOUND).every(({ opcodeName, bound }) => opcodeName !== 'EXECUTE' || bound?.['k'] === 'y'));
      assert.equal(log.of(INNER).length, inner.outcomes.length / 2);
      assert.equal(session.activeOperations, 0);
    });
  }
});
