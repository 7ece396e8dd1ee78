import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { call, query, useKeyspace } from '../../../src/connection/index.ts';
import { ConnectionError, InvalidQueryError, ProtocolError, TimeoutError } from '../../../src/errors/index.ts';
import { Opcode, writeQuery } from '../../../src/protocol/index.ts';
import { plainQuery } from '../../../src/connection/query.ts';
import {
  closeConnection,
  error,
  generatedRows,
  held,
  message,
  mutated,
  never,
  pages,
  rows,
  sequence,
  t,
  voidResult,
  withPayload,
  withWarnings,
} from '../../support/index.ts';
import { rejection, start } from './harness.ts';

const hostile: Readonly<Record<string, Buffer>> = {
  'an unknown kind of result': Buffer.from([0, 0, 0, 99]),
  nothing: Buffer.alloc(0),
  'rows that are not there': Buffer.from([0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1]),
  'two billion rows without columns': Buffer.from([0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff]),
  'two billion rows of columns it does not name': Buffer.from([
    0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 1, 0x7f, 0xff, 0xff, 0xff,
  ]),
};

describe('query', () => {
  for (const protocolVersion of [4, 5] as const) {
    it(`should give all rows of all pages, empty ones in between (v${protocolVersion})`, async () => {
      const { harness, connection } = await start({ protocolVersion });
      harness.server.when('SELECT', pages({ n: t.int }, [[[1], [2]], [], [[3]], []]));
      const found = await harness.clock.settle(query(connection, 'SELECT', 1000));
      assert.deepEqual(found, [{ n: 1 }, { n: 2 }, { n: 3 }]);
      assert.equal(harness.server.log.of('SELECT').length, 4);
      assert.equal(connection.inFlight, 0);
      assert.deepEqual(harness.server.faults, []);
    });
  }

  it('should ask for pages as small as it is told, and hand on each before it asks for the next', async () => {
    const { harness, connection } = await start();
    harness.server.when(
      'SELECT',
      generatedRows({ n: t.int }, 7, (n) => [n]),
    );
    const seen: string[] = [];
    const found = await harness.clock.settle(
      query(connection, 'SELECT', 1000, {
        pageRows: 3,
        onPage: (page) => {
          seen.push(`${harness.server.log.of('SELECT').length}: ${page.map((row) => row['n']).join()}`);
          for (const row of page) row['n'] = `${row['n'] as number}`;
        },
      }),
    );
    assert.deepEqual(seen, ['1: 0,1,2', '2: 3,4,5', '3: 6']);
    assert.deepEqual(
      found,
      Array.from({ length: 7 }, (_, n) => ({ n: String(n) })),
    );
    await harness.clock.settle(query(connection, 'SELECT', 1000));
    assert.equal(harness.server.log.of('SELECT').at(-1)?.parameters?.pageSize, 500);
  });

  it('should see that a table has other columns from one page to the next', async () => {
    const { harness, connection } = await start();
    const narrow = pages({ n: t.int }, [[[1]], [[2]]]);
    const wide = pages({ n: t.text, m: t.int }, [[['x', 0]], [['two', 2]]]);
    harness.server.when('SELECT', sequence(narrow, wide));
    const found = await harness.clock.settle(query(connection, 'SELECT', 1000));
    assert.deepEqual(found, [{ n: 1 }, { n: 'two', m: 2 }]);
  });

  it('should keep rows whose bytes the next reads overwrite', async () => {
    const { harness, connection } = await start();
    harness.server.when('A', rows({ b: t.blob }, [[Buffer.from('first')]]));
    harness.server.when('B', rows({ b: t.blob }, [[Buffer.from('other')]]));
    const both = Promise.all([query(connection, 'A', 1000), query(connection, 'B', 1000)]);
    assert.deepEqual(await harness.clock.settle(both), [[{ b: Buffer.from('first') }], [{ b: Buffer.from('other') }]]);
  });

  it('should give no rows for a result without', async () => {
    const { harness, connection } = await start();
    harness.server.when('INSERT', withWarnings(['careful'], withPayload({ k: Buffer.from('v') }, voidResult())));
    assert.deepEqual(await harness.clock.settle(query(connection, 'INSERT', 1000)), []);
  });

  it('should fail by what the server says, on any page, and leave the connection open', async () => {
    const { harness, connection } = await start();
    const twoPages = pages({ n: t.int }, [[[1]], [[2]]]);
    harness.server.when('SELECT', sequence(twoPages, error('invalid', { message: 'gone' })));
    assert.ok((await rejection(harness.clock.settle(query(connection, 'SELECT', 1000)))) instanceof InvalidQueryError);
    assert.equal(connection.isOpen, true);
  });

  it('should fail in time, and when the connection goes or takes no more', async () => {
    const { harness, connection } = await start();
    harness.server.when('HOLD', never());
    const late = await rejection(harness.clock.settle(query(connection, 'HOLD', 100)));
    assert.ok(late instanceof TimeoutError);
    assert.equal(late.timeoutMs, 100);
    assert.equal(connection.isOpen, true);
    harness.server.when('GO', closeConnection('reset'));
    assert.ok((await rejection(harness.clock.settle(query(connection, 'GO', 100)))) instanceof ConnectionError);
    const refused = await rejection(query(connection, 'MORE', 100));
    assert.ok(refused instanceof ConnectionError);
    assert.match(refused.message, /takes no more requests/);
    await harness.assertNothingLeft();
  });

  for (const [what, body] of Object.entries(hostile)) {
    it(`should close the connection when it gets ${what}`, async () => {
      const { harness, connection, request } = await start();
      harness.server.when('HOLD', never());
      const other = request('HOLD');
      connection.send(other, 1000);
      harness.server.when('SELECT', message(Opcode.RESULT, body));
      const failure = await rejection(harness.clock.settle(query(connection, 'SELECT', 1000)));
      assert.ok(failure instanceof ProtocolError, String(failure));
      assert.equal(other.only.error?.cause, failure);
      await harness.assertNothingLeft();
    });
  }

  it('should close the connection when another message answers', async () => {
    const { harness, connection } = await start();
    harness.server.when('SELECT', message(Opcode.SUPPORTED, Buffer.from([0, 0])));
    const failure = await rejection(harness.clock.settle(query(connection, 'SELECT', 1000)));
    assert.ok(failure instanceof ProtocolError);
    assert.match(failure.message, /answered QUERY with opcode 6/);
    assert.equal(connection.isOpen, false);
    await harness.assertNothingLeft();
  });

  it('should close the connection when an error is cut short', async () => {
    const { harness, connection } = await start();
    harness.server.when('SELECT', message(Opcode.ERROR, Buffer.from([0, 0, 0x10])));
    assert.ok((await rejection(harness.clock.settle(query(connection, 'SELECT', 1000)))) instanceof ProtocolError);
    assert.equal(connection.isOpen, false);
    await harness.assertNothingLeft();
  });
});

describe('call', () => {
  it('should own the bytes of its reply, large or small', async () => {
    for (const size of [10, 300_000]) {
      const { harness, connection } = await start();
      const value = Buffer.alloc(size, 'v');
      harness.server.when('SELECT', rows({ b: t.blob }, [[value]]));
      const reply = await harness.clock.settle(
        call(
          connection,
          Opcode.QUERY,
          (writer) => {
            writeQuery(writer, 5, 'SELECT', plainQuery, null, []);
          },
          1000,
        ),
      );
      assert.equal(reply.opcode, Opcode.RESULT);
      const bytes = reply.reader.buf.subarray(reply.reader.pos, reply.reader.end);
      assert.ok(bytes.includes(value));
    }
  });

  it('should reject, and close the connection, when the preamble is wrong', async () => {
    const { harness, connection } = await start();
    harness.server.when(
      'SELECT',
      mutated(voidResult(), (envelope) => {
        envelope[1] = 0x02;
        return envelope;
      }),
    );
    assert.ok((await rejection(harness.clock.settle(query(connection, 'SELECT', 1000)))) instanceof ProtocolError);
    assert.equal(connection.isOpen, false);
  });
});

describe('useKeyspace', () => {
  it('should quote the name, and remember it once the server has answered', async () => {
    const { harness, connection } = await start({ protocolVersion: 4 });
    const using = useKeyspace(connection, 'My "best" Shop', 1000);
    assert.equal(connection.keyspace, undefined);
    await harness.clock.settle(using);
    assert.equal(connection.keyspace, 'My "best" Shop');
    assert.equal(harness.server.log.last?.cql, 'USE "My ""best"" Shop"');
  });

  it('should not remember one that does not exist', async () => {
    const { harness, connection } = await start({ protocolVersion: 4 });
    harness.server.when(/^USE/, error('invalid', { message: "Keyspace 'shop' does not exist" }));
    assert.ok(
      (await rejection(harness.clock.settle(useKeyspace(connection, 'shop', 1000)))) instanceof InvalidQueryError,
    );
    assert.equal(connection.keyspace, undefined);
    assert.equal(connection.isOpen, true);
  });

  it('should not believe an answer that does not set it', async () => {
    const { harness, connection } = await start({ protocolVersion: 4 });
    const waiting = held(voidResult());
    harness.server.when(/^USE/, waiting);
    const using = rejection(useKeyspace(connection, 'shop', 1000));
    await harness.turn();
    waiting.open();
    assert.ok((await harness.clock.settle(using)) instanceof ProtocolError);
    assert.equal(connection.keyspace, undefined);
    assert.equal(connection.isOpen, false);
  });
});
