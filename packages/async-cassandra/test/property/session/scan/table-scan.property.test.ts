import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Row } from '../../../../src/index.ts';
import type { ScanCheckpoint } from '../../../../src/session/index.ts';
import { propertyRuns } from '../../../support/property-runs.ts';
import {
  chooseSeed,
  closeConnection,
  delayed,
  dynamic,
  error,
  never,
  SchemaModel,
  SeededRandom,
  t,
} from '../../../support/index.ts';
import { SessionHarness } from '../../../support/session/session-harness.ts';
import { someRows, TokenTable } from '../../../support/session/token-table.ts';

const MIN = -(2n ** 63n);

/** What ends a scan before its time: the consumer, its signal, or an error that is not asked again. */
type Ending = 'break' | 'cancel' | 'abort' | 'none';

/**
 * One history: a random table on a random ring, read by scans that are interrupted and resumed at random, while nodes
 * fail, restart, come and go. Each row has to come exactly once.
 */
async function scanHistory(seed: number): Promise<void> {
  const random = new SeededRandom(seed);
  const rows = someRows(random.int(0, 60), random.pick([1, 1, 6, 40]), random.next);
  const table = new TokenTable(rows);
  const schema = new SchemaModel();
  table.describe(schema, random.int(1, 3));
  const nodes = random.int(1, 4);
  const token = (): string => {
    const drawn = random.bytes(8).readBigInt64BE();
    return String(drawn === MIN ? drawn + 1n : drawn);
  };
  const tokens = (): string[] => Array.from({ length: random.pick([1, 3, 16]) }, token);
  await using h = await SessionHarness.start({
    servers: { schema, nodes: Array.from({ length: nodes }, () => ({ tokens: tokens() })) },
    versions: [random.pick([4, 5])],
    latencyMs: random.int(0, 3),
    seed: random.int(1, 1e9),
    cluster: { requestTimeoutMs: random.pick([200, 12_000]), limits: { maxInFlight: random.pick([3, 1000]) } },
  });
  const good = table.reply();
  const bad = [
    error('overloaded'),
    error('readTimeout', { consistency: 'ONE', required: 1, received: 0, dataPresent: false }),
    error('unavailable', { consistency: 'ONE', required: 1, alive: 0 }),
    error('serverError'),
    never(),
    closeConnection('reset'),
  ];
  const badness = random.pick([0, 0.05, 0.3]);
  const answer = dynamic(() => (random.chance(badness) ? random.pick(bad) : good), good.columns);
  h.servers.when(
    table.matcher(),
    delayed(() => random.int(0, 10), answer),
    { bind: { start: t.bigint, end: t.bigint } },
  );
  table.pageLength = (asked) => (random.chance(0.1) ? 0 : random.chance(0.2) ? random.int(0, asked) : asked);

  const seen: string[] = [];
  const idOf = (row: Row): string => `${String(row['p'])}/${String(row['c'])}`;
  let checkpoint: ScanCheckpoint | undefined;
  const endings: Ending[] = ['break', 'cancel', 'abort', 'none'];
  for (let round = 0, isDone = false; !isDone; round++) {
    const ending = round > 30 ? 'none' : random.pick(endings);
    const after = random.int(0, 1 + Math.floor(rows.length / 2));
    const controller = new AbortController();
    const scan = h.session.scan('wide', {
      keyspace: 'ks',
      signal: controller.signal,
      concurrency: random.int(1, 6),
      fetchSize: random.pick([1, 3, 10, 1000]),
      pageRetries: round > 30 ? 1000 : random.pick([0, 3, 50]),
      ...(random.chance(0.5) ? { splits: random.int(1, 40) } : {}),
      ...(checkpoint === undefined ? {} : { resumeFrom: random.chance(0.5) ? JSON.stringify(checkpoint) : checkpoint }),
    });
    const take = async (items: AsyncIterable<Row | Row[]>): Promise<void> => {
      let count = 0;
      for await (const item of items) {
        seen.push(...[item].flat().map(idOf));
        if (++count < after || ending === 'none') continue;
        if (ending === 'break') return;
        if (ending === 'cancel') void scan.cancel();
        else controller.abort();
      }
      isDone = ending === 'none' || scan.checkpoint.ranges.length === 0;
    };
    const reading = take(random.chance(0.5) ? scan : scan.pages()).catch(() => undefined);
    // Meanwhile nodes restart, and the ring changes.
    let isReading = true;
    void reading.finally(() => {
      isReading = false;
    });
    while (isReading) {
      await h.clock.advance(random.int(1, 60));
      const server = random.pick(h.servers.nodes);
      if (random.chance(0.03)) for (const node of h.servers.nodes) node.forgetPrepared();
      if (random.chance(0.1) && server.isListening) await h.servers.stopNode(server, { silently: random.chance(0.5) });
      else if (!server.isListening) await h.servers.startNode(server);
      if (random.chance(0.02) && h.servers.nodes.length < 6) await h.servers.addNode({ tokens: tokens() });
    }
    await reading;
    checkpoint = JSON.parse(JSON.stringify(scan.checkpoint)) as ScanCheckpoint;
    assert.equal(checkpoint.rows, seen.length);
    assert.equal(h.session.state.openStreams, 0);
    for (const node of h.servers.nodes) if (!node.isListening) await h.servers.startNode(node);
  }
  assert.deepEqual([...seen].sort(), rows.map(idOf as (row: object) => string).sort());
}

test('a scan should give each row exactly once, whatever interrupts it', async (context) => {
  const first = chooseSeed() >>> 0;
  const runs = process.env['TEST_SEED'] === undefined ? propertyRuns(200) : 1;
  context.diagnostic(`TEST_SEED=${first}, ${runs} histories`);
  for (let i = 0; i < runs; i++) {
    const seed = (first + i) >>> 0;
    try {
      await scanHistory(seed);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${message}\nRepeat with TEST_SEED=${seed}`, { cause });
    }
  }
});
