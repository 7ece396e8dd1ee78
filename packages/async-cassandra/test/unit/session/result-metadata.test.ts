import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ResultMetadata } from '../../../src/session/result-metadata.ts';
import { held, type ReceivedRequest, type Reply, rows, t } from '../../support/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

const CQL = 'SELECT * FROM ks.t WHERE k = ?';
const bind = { bind: { k: t.int } };
const before = rows({ k: t.int, a: t.text }, [[1, 'a']]);
const after = rows({ k: t.int, a: t.text, b: t.int }, [[1, 'a', 2]]);

/** Answers by one reply or another, as the test switches. */
function switched(): { readonly reply: Reply; use(reply: Reply): void } {
  let current: Reply = before;
  return {
    reply: {
      get columns() {
        return current.columns;
      },
      send: (x) => current.send(x),
    },
    use: (reply) => {
      current = reply;
    },
  };
}

function skips(request: ReceivedRequest | undefined): boolean {
  return ((request?.parameters?.flags ?? 0) & 2) !== 0;
}

describe('result metadata', () => {
  test('should be left out on v5 once it is known, and taken anew when the table was altered', async () => {
    await using h = await SessionHarness.start({ versions: [5] });
    const table = switched();
    h.servers.when(CQL, table.reply, bind);
    const statement = await h.settle(h.session.prepare(CQL));
    assert.deepEqual((await h.settle(h.session.execute(statement, [1]))).one(), { k: 1, a: 'a' });
    assert.ok(skips(h.statements.at(-1)));
    table.use(after);
    for (let i = 0; i < 3; i++)
      assert.deepEqual((await h.settle(h.session.execute(statement, [1]))).one(), { k: 1, a: 'a', b: 2 });
    const ids = h.statements.map(({ message }) =>
      'resultMetadataId' in message ? message.resultMetadataId?.toString('hex') : '',
    );
    assert.equal(ids[0], ids[1]);
    assert.notEqual(ids[1], ids[2]);
    assert.equal(ids[2], ids[3]);
  });

  test('should never be left out on v4', async () => {
    await using h = await SessionHarness.start({ versions: [4] });
    const table = switched();
    h.servers.when(CQL, table.reply, bind);
    const statement = await h.settle(h.session.prepare(CQL));
    const first = await h.settle(h.session.execute(statement, [1]));
    const second = await h.settle(h.session.execute(statement, [1]));
    assert.equal(first.columns, second.columns, 'the same bytes are the same metadata');
    table.use(after);
    const third = await h.settle(h.session.execute(statement, [1]));
    assert.deepEqual(third.one(), { k: 1, a: 'a', b: 2 });
    assert.deepEqual(
      third.columns.map((column) => column.name),
      ['k', 'a', 'b'],
    );
    assert.ok(h.statements.every((request) => !skips(request)));
  });

  test('should be reused for texts that are sent again and again', async () => {
    await using h = await SessionHarness.start();
    const cql = 'SELECT * FROM ks.t';
    h.servers.when(cql, before);
    const first = await h.settle(h.session.execute(cql));
    const second = await h.settle(h.session.execute(cql));
    assert.equal(first.columns, second.columns);
    h.servers.when(cql, rows({ k: t.bigint, a: t.text }, [[1n, 'a']]));
    assert.deepEqual((await h.settle(h.session.execute(cql))).one(), { k: 1n, a: 'a' });
  });

  test('that an answer leaves out should be the one its own request knew, not the newest', async () => {
    await using h = await SessionHarness.start({ versions: [5] });
    const table = switched();
    const late = held(before);
    h.servers.when(CQL, table.reply, bind);
    const statement = await h.settle(h.session.prepare(CQL));
    h.servers.when({ opcode: 'EXECUTE', cql: CQL, nth: 1 }, late, bind);
    const slow = h.session.execute(statement, [1]);
    await h.clock.advance(10);
    table.use(after);
    assert.deepEqual((await h.settle(h.session.execute(statement, [1]))).one(), { k: 1, a: 'a', b: 2 });
    // The first request's answer was made before the table was altered, and comes last.
    late.open();
    assert.deepEqual((await h.settle(slow)).one(), { k: 1, a: 'a' });
    h.clearLogs();
    assert.deepEqual((await h.settle(h.session.execute(statement, [1]))).one(), { k: 1, a: 'a', b: 2 });
    assert.deepEqual((await h.settle(h.session.execute(statement, [1]))).one(), { k: 1, a: 'a', b: 2 });
    const ids = h.statements.map(({ message }) =>
      'resultMetadataId' in message ? message.resultMetadataId?.toString('hex') : '',
    );
    assert.equal(ids[0], ids[1], 'what came late did not replace what was learnt');
  });

  for (const version of [4, 5]) {
    test(`of a conditional statement should never be kept, protocol v${version}`, async () => {
      await using h = await SessionHarness.start({ versions: [version] });
      const cql = 'INSERT INTO ks.t (k) VALUES (?) IF NOT EXISTS';
      const applied = rows({ '[applied]': t.boolean }, [[true]]);
      const refused = rows({ '[applied]': t.boolean, k: t.int, a: t.text }, [[false, 1, 'a']]);
      const table = switched();
      table.use(applied);
      h.servers.when(cql, table.reply, bind);
      const statement = await h.settle(h.session.prepare(cql));
      for (const reply of [applied, refused, applied, refused, refused]) {
        table.use(reply);
        const result = await h.settle(h.session.execute(statement, [1]));
        assert.equal(result.wasApplied, reply === applied);
        assert.equal(result.columns.length, reply === applied ? 1 : 3);
        assert.equal(skips(h.statements.at(-1)), false);
      }
    });
  }

  test('should be the same for statements without rows', async () => {
    await using h = await SessionHarness.start();
    const result = await h.settle(h.session.execute('INSERT INTO ks.t (k) VALUES (1)'));
    assert.deepEqual(result.columns, []);
    assert.equal(result.wasApplied, true);
    assert.equal(result.one(), null);
    assert.equal(ResultMetadata.length, 5);
  });
});

describe('a registered class', () => {
  test('should be used from then on, by statements that were prepared before too', async () => {
    class Address {
      readonly zip: number;
      constructor(fields: { readonly zip: number }) {
        this.zip = fields.zip;
      }
    }
    const address = t.udt('ks', 'address', { zip: t.int });
    await using h = await SessionHarness.start();
    const cql = 'SELECT a FROM ks.t WHERE k = ?';
    h.servers.when(cql, rows({ a: address }, [[{ zip: 5 }]]), { bind: { k: address }, partitionKey: ['k'] });
    const statement = await h.settle(h.session.prepare(cql));
    const plain = await h.settle(h.session.execute(statement, [{ zip: 1 }]));
    assert.deepEqual(plain.one(), { a: { zip: 5 } });
    h.cluster.registerUserType('ks', 'address', Address);
    const typed = await h.settle(h.session.execute(statement, [new Address({ zip: 7 })]));
    assert.ok(typed.one()?.['a'] instanceof Address);
    assert.deepEqual(h.statements.at(-1)?.bound, { k: { zip: 7 } });
  });
});
