import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BatchStatement } from '../../../src/session/index.ts';
import { delayed, error, rows, t, voidResult } from '../../support/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

type Line = readonly [fields: Readonly<Record<string, unknown>>, message: string];

async function start(lines: Line[], slowQueryThresholdMs: number | undefined): Promise<SessionHarness> {
  const warn = (...line: unknown[]): void => void lines.push(line as unknown as Line);
  return SessionHarness.start({ cluster: { logger: { warn }, slowQueryThresholdMs } });
}

describe('the option slowQueryThresholdMs', () => {
  it('should log what took so long, without a value of it, and nothing else', async () => {
    const lines: Line[] = [];
    await using h = await start(lines, 100);
    const cql = "SELECT * FROM shop.users WHERE id = ? AND name = 'topsecret'";
    h.servers.when(cql, rows({ id: t.int }, [[1]]), { bind: { id: t.int } });
    await h.settle(h.session.execute(cql, [4_711]));
    assert.equal(lines.length, 0);
    h.servers.when({ cql, opcode: ['EXECUTE'] }, delayed(150, rows({ id: t.int }, [[1]])));
    await h.settle(h.session.execute(cql, [4_711], { consistency: 'QUORUM' }));
    assert.equal(lines.length, 1);
    const [line] = lines;
    assert.ok(line !== undefined);
    const [fields, message] = line;
    const { durationMs, ...rest } = fields;
    assert.ok(typeof durationMs === 'number' && durationMs >= 150 && durationMs < 200);
    assert.equal(message, 'Slow query');
    assert.deepEqual(rest, {
      session: 's1',
      query: 'select * from shop.users where id = ? and name = ?',
      queueDelayMs: 0,
      node: '10.0.0.1:9042',
      keyspace: 'shop',
      consistency: 'QUORUM',
      attempts: 1,
      rows: 1,
      error: undefined,
    });
  });

  it('should log those that fail, batches, and no more than a few in a while', async () => {
    const lines: Line[] = [];
    await using h = await start(lines, 100);
    h.servers.when('SELECT slow', delayed(120, error('invalid')));
    await h.failure(h.session.execute('SELECT slow'));
    const insert = "INSERT INTO shop.users (id) VALUES ('topsecret')";
    h.servers.when({ opcode: ['BATCH'] }, delayed(120, voidResult()));
    await h.settle(h.session.executeBatch(new BatchStatement('logged').add(insert).add(insert)));
    assert.deepEqual(
      lines.map(([{ query, error: code }]) => [typeof query, code]),
      [
        ['string', 'CASS_ERR_INVALID_QUERY'],
        ['string', undefined],
      ],
    );
    assert.equal(JSON.stringify(lines).includes('topsecret'), false);
    await Promise.all(Array.from({ length: 50 }, () => h.failure(h.session.execute('SELECT slow'))));
    assert.equal(lines.length, 5);
    await h.clock.advance(10_000);
    assert.equal(lines.length, 6);
    assert.equal(lines[5]?.[0]['suppressed'], 47);
  });

  it('should log nothing when it is absent', async () => {
    const lines: Line[] = [];
    await using h = await start(lines, undefined);
    h.servers.when('SELECT slow', delayed(5_000, voidResult()));
    await h.settle(h.session.execute('SELECT slow'));
    assert.deepEqual(lines, []);
  });
});
