import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { delayed, error, never, type Reply, SchemaModel, SeededRandom } from '../../../support/index.ts';
import { hasSettled, rejection, SessionHarness } from '../../../support/session/session-harness.ts';
import { someRows, TokenTable } from '../../../support/session/token-table.ts';

const PAGE_TIMEOUT_MS = 50;

/** Pages that fail in a way that has a scan ask again after a pause. */
const failures: Readonly<Record<string, Reply>> = {
  'answered by nobody': never(),
  'refused after a while': delayed(PAGE_TIMEOUT_MS, error('overloaded')),
};

describe('a scan whose session closes or whose signal fires while its pages fail', () => {
  for (const [what, reply] of Object.entries(failures))
    for (const by of ['close()', 'a signal'] as const)
      it(`should end at once, at whatever moment: pages ${what}, ended by ${by}`, async () => {
        // Deadlines are kept in steps of 10 ms; closing takes a moment in which one may pass.
        for (let atMs = 40; atMs <= 75; atMs++) {
          const table = new TokenTable(someRows(20, 2, new SeededRandom(1).next));
          const schema = new SchemaModel();
          table.describe(schema, 1);
          await using h = await SessionHarness.start({ nodes: 2, servers: { schema } });
          h.servers.when(table.matcher(), reply);
          const controller = new AbortController();
          const { signal } = controller;
          const scan = h.session.scan('ks.wide', { pageTimeoutMs: PAGE_TIMEOUT_MS, concurrency: 3, signal });
          const ended = rejection(scan[Symbol.asyncIterator]().next());
          await h.clock.advance(atMs);
          if (by === 'close()') await h.settle(h.session.close({ drainTimeoutMs: 0 }));
          else controller.abort();
          await h.clock.advance(5);
          assert.ok(await hasSettled(ended), `still waits when ended after ${atMs} ms`);
          const { name } = await ended;
          assert.equal(name, by === 'close()' ? 'SessionClosedError' : 'AbortError', `ended after ${atMs} ms`);
        }
      });
});
