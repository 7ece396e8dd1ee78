import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { collectUntil } from '../../../support/collect-garbage.ts';
import { error, held, SchemaModel, t } from '../../../support/index.ts';
import { SessionHarness } from '../../../support/session/session-harness.ts';
import { TokenTable } from '../../../support/session/token-table.ts';

const BIND = { bind: { start: t.bigint, end: t.bigint } };

describe('a scan that is merely forgotten', () => {
  const table = new TokenTable(Array.from({ length: 200 }, (_, p) => ({ p, c: 0, v: 'x' })));

  async function stage(): Promise<SessionHarness> {
    const schema = new SchemaModel();
    table.describe(schema);
    const h = await SessionHarness.start({ servers: { schema } });
    table.serve(h.servers);
    return h;
  }

  /** Reads a row and forgets the scan. */
  async function begin(h: SessionHarness): Promise<WeakRef<object>> {
    const { signal } = new AbortController();
    const scan = h.session.scan('ks.wide', { fetchSize: 5, concurrency: 4, signal, timeoutMs: 600_000 });
    await h.settle(scan[Symbol.asyncIterator]().next());
    return new WeakRef(scan);
  }

  it('should be collected half-way through a page, and counted off', async () => {
    await using h = await stage();
    const scans: WeakRef<object>[] = [];
    for (let i = 0; i < 10; i++) scans.push(await begin(h));
    await h.clock.advance(1000);
    assert.deepEqual([h.session.state.openStreams, h.session.state.inFlight, h.session.activeOperations], [10, 0, 0]);
    await collectUntil(() => h.session.state.openStreams === 0);
    assert.deepEqual(
      scans.filter((scan) => scan.deref() !== undefined),
      [],
    );
  });

  it('should be collected during a fetch or a pause, which then ends', async () => {
    await using h = await stage();
    const slow = held(table.reply());
    for (const reply of [slow, error('overloaded')]) {
      h.servers.when({ cql: table.matcher(), nth: (n) => n > 2 }, reply, BIND);
      await begin(h);
      await h.clock.advance(50);
      await collectUntil(() => h.session.state.openStreams === 0);
      const count = h.statements.length;
      slow.open();
      await h.clock.advance(60_000);
      assert.equal(h.statements.length, count);
      assert.equal(h.session.state.inFlight, 0);
    }
  });
});
