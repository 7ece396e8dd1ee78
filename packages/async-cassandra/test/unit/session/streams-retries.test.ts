import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConstantSpeculativeExecutionPolicy } from '../../../src/policies/index.ts';
import { closeConnection, delayed, dynamic, error, generatedRows, type Reply, seeded, t } from '../../support/index.ts';
import { SessionHarness } from '../../support/session/session-harness.ts';

const CQL = 'SELECT k FROM ks.t';
const ROWS = 300;
const all = generatedRows({ k: t.int }, ROWS, (i) => [i]);

describe('a stream whose pages are asked for again at other nodes', () => {
  test(
    'should lose and repeat no row, whatever the nodes do: refuse, lose the connection, or answer too late',
    seeded(async (random) => {
      let allTroubles = 0;
      for (let run = 0; run < 30; run++) {
        await using h = await SessionHarness.start({
          nodes: 3,
          seed: random.int(0, 1_000_000),
          cluster: { speculativeExecutionPolicy: new ConstantSpeculativeExecutionPolicy({ delayMs: 20 }) },
        });
        let troubles = 0;
        const troubled = (...kinds: readonly Reply[]): Reply =>
          dynamic(() => {
            if (random.chance(0.5)) return delayed(random.int(0, 10), all);
            troubles++;
            return random.pick(kinds);
          }, all.columns);
        const late = delayed(200, all);
        h.node(0).when(CQL, troubled(error('overloaded'), closeConnection('reset'), late));
        h.node(1).when(CQL, troubled(error('overloaded'), late));
        h.node(2).when(CQL, delayed(5, all));
        const options = { fetchSize: random.int(5, 40), attemptTimeoutMs: 100, prefetchPages: random.int(0, 3) };
        const rows: unknown[] = [];
        const read = async (): Promise<void> => {
          for await (const row of await h.session.executeStream(CQL, [], options)) rows.push(row['k']);
        };
        await h.settle(read());
        assert.deepEqual(
          rows,
          Array.from({ length: ROWS }, (_, k) => k),
          `after ${troubles} troubles`,
        );
        assert.equal(h.session.state.openStreams, 0);
        allTroubles += troubles;
      }
      assert.ok(allTroubles > 50, `${allTroubles} troubles`);
    }),
  );
});
