import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  AbortError,
  ConfigurationError,
  InvalidQueryError,
  QueueFullError,
  type Row,
  SessionClosedError,
  StreamBusyError,
  TimeoutError,
} from '../../../../src/index.ts';
import type { AsyncTableScan, ScanCheckpoint, ScanOptions, ScanProgress } from '../../../../src/session/index.ts';
import { delayed, error, never, SchemaModel, SeededRandom, t } from '../../../support/index.ts';
import { rejection, SessionHarness, type HarnessOptions } from '../../../support/session/session-harness.ts';
import { someRows, TokenTable, tokenOfPartition, type TokenRow } from '../../../support/session/token-table.ts';

interface Stage extends AsyncDisposable {
  readonly h: SessionHarness;
  readonly table: TokenTable;
  scan(options?: ScanOptions): AsyncTableScan;
}

async function start(
  rows: Iterable<TokenRow>,
  options: HarnessOptions & { readonly rf?: number } = {},
): Promise<Stage> {
  const table = new TokenTable(rows);
  const schema = new SchemaModel();
  table.describe(schema, options.rf ?? 1);
  const h = await SessionHarness.start({ nodes: 3, ...options, servers: { schema, ...options.servers } });
  table.serve(h.servers);
  return {
    h,
    table,
    scan: (scanOptions = {}) => h.session.scan('ks.wide', scanOptions),
    [Symbol.asyncDispose]: () => h[Symbol.asyncDispose](),
  };
}

const idOf = (row: Row | TokenRow): string =>
  `${String(row['p' as keyof typeof row])}/${String(row['c' as keyof typeof row])}`;

async function collect(scan: AsyncIterable<Row>, into: string[] = []): Promise<string[]> {
  for await (const row of scan) into.push(idOf(row));
  return into;
}

async function collectPages(scan: AsyncTableScan, into: string[] = []): Promise<string[]> {
  for await (const page of scan.pages()) {
    assert.ok(page.length > 0);
    into.push(...page.map(idOf));
  }
  return into;
}

const sorted = (ids: readonly string[]): string[] => [...ids].sort();
const throughJson = (checkpoint: ScanCheckpoint): ScanCheckpoint =>
  JSON.parse(JSON.stringify(checkpoint)) as ScanCheckpoint;

const ROWS = someRows(60, 7, new SeededRandom(7).next);
const ALL = sorted(ROWS.map(idOf));
const FEW = someRows(16, 9, new SeededRandom(8).next);
const scans = (h: SessionHarness): number => h.statements.filter(({ cql }) => cql?.includes('token(') === true).length;

describe('a scan', () => {
  for (const version of [4, 5])
    for (const concurrency of [1, 2, 8, 64])
      it(`should give each row once, ${concurrency} pages at a time, on version ${version}`, async () => {
        await using stage = await start(ROWS, { versions: [version] });
        const options = { concurrency, fetchSize: 5 };
        const scan = stage.scan(options);
        assert.deepEqual(sorted(await stage.h.settle(collect(scan))), ALL);
        assert.deepEqual(scan.checkpoint.ranges, []);
        assert.equal(scan.checkpoint.rows, ALL.length);
        assert.equal(scan.progress.fraction, 1);
        assert.equal(scan.progress.rangesDone, scan.progress.rangesTotal);
        assert.deepEqual(sorted(await stage.h.settle(collectPages(stage.scan(options)))), ALL);
        assert.equal(stage.h.session.state.openStreams, 0);
        assert.ok(stage.h.prepares() <= 3, 'one statement, prepared once on each node');
      });

  it('should give rows as execute does', async () => {
    await using stage = await start([{ p: 5, c: 1, v: 'five' }]);
    for await (const row of iterate(stage, stage.scan())) assert.deepEqual(row, { p: 5, c: 1, s: 'of 5', v: 'five' });
  });

  it('should pass over empty pages, wherever they come', async () => {
    await using stage = await start(ROWS);
    let asked = 0;
    stage.table.pageLength = (size) => (asked++ % 3 === 1 ? size : 0);
    assert.deepEqual(sorted(await stage.h.settle(collect(stage.scan({ fetchSize: 4 })))), ALL);
    asked = 0;
    assert.deepEqual(sorted(await stage.h.settle(collectPages(stage.scan({ fetchSize: 4 })))), ALL);
  });

  it('should give nothing for an empty table', async () => {
    await using stage = await start([]);
    const scan = stage.scan();
    assert.deepEqual(await stage.h.settle(collect(scan)), []);
    assert.deepEqual(scan.checkpoint.ranges, []);
    assert.deepEqual(await stage.h.settle(collect(stage.scan({ resumeFrom: scan.checkpoint }))), []);
  });

  it('should ask the replicas of each range first', async () => {
    await using stage = await start(ROWS, { rf: 1 });
    await stage.h.settle(collect(stage.scan({ fetchSize: 3, concurrency: 4 })));
    for (const server of stage.h.servers.nodes) {
      const ring = stage.h.cluster.metadata.replicatedRanges('ks');
      const asked = server.log.statements.filter(({ cql }) => cql?.includes('token(') === true);
      assert.ok(asked.length > 0);
      for (const request of asked) {
        const end = (request.values[1] as Buffer).readBigInt64BE();
        const owner = ring.find(({ range }) => range.contains(end))?.replicas[0];
        assert.equal(owner?.endPoint, server.contactPoint);
      }
    }
  });

  it('should send nothing before it is read, and hold no more pages than it may, whatever the consumer does', async () => {
    await using stage = await start(ROWS);
    const concurrency = 3;
    const scan = stage.scan({ fetchSize: 2, concurrency });
    await stage.h.clock.advance(1000);
    assert.equal(stage.h.statements.length, 0);
    assert.equal(stage.h.session.state.openStreams, 0);
    const pages = scan.pages();
    let read = 0;
    let empty = 0;
    stage.table.pageLength = (size, x) => {
      const [from, to] = x.request.values.map((value) => (value as Buffer).readBigInt64BE());
      if (!ROWS.some(({ p }) => tokenOfPartition(p) > (from as bigint) && tokenOfPartition(p) <= (to as bigint)))
        empty++;
      return size;
    };
    for (;;) {
      const page = await stage.h.settle(pages.next());
      if (page.done === true) break;
      read++;
      await stage.h.clock.advance(500);
      const held = scans(stage.h) - empty - (read - 1);
      assert.ok(held <= concurrency, `${held} pages are held`);
      assert.equal(stage.h.session.state.inFlight, 0);
      assert.equal(stage.h.session.state.openStreams, 1);
    }
    assert.ok(read > 20);
  });

  it('should be read by one consumer, once', async () => {
    await using stage = await start(ROWS);
    const scan = stage.scan();
    await stage.h.settle(collect(scan));
    assert.throws(() => scan[Symbol.asyncIterator](), StreamBusyError);
    assert.throws(() => scan.pages(), StreamBusyError);
  });

  it('should answer overlapping calls of next in their order', async () => {
    await using stage = await start(ROWS);
    const iterator = stage.scan({ fetchSize: 3 })[Symbol.asyncIterator]();
    const results = await stage.h.settle(Promise.all(Array.from({ length: ALL.length + 3 }, () => iterator.next())));
    assert.deepEqual(sorted(results.slice(0, ALL.length).map(({ value }) => idOf(value as Row))), ALL);
    assert.ok(results.slice(ALL.length).every(({ done }) => done === true));
  });
});

/** Iterates while virtual time runs. */
async function* iterate(stage: Stage, scan: AsyncTableScan): AsyncGenerator<Row> {
  const iterator = scan[Symbol.asyncIterator]();
  for (
    let next = await stage.h.settle(iterator.next());
    next.done !== true;
    next = await stage.h.settle(iterator.next())
  )
    yield next.value;
}

describe('a scan that was interrupted', () => {
  for (const way of ['rows', 'pages'] as const)
    it(`should go on from its checkpoint after any number of ${way}, without a row twice or missing`, async () => {
      await using stage = await start(FEW);
      const options = { fetchSize: 6, concurrency: 3, splits: 7 };
      for (let count = 0; ; count++) {
        const seen: string[] = [];
        const scan = stage.scan(options);
        const iterator = way === 'rows' ? scan[Symbol.asyncIterator]() : scan.pages();
        let isDone = false;
        for (let i = 0; i < count && !isDone; i++) {
          const next = await stage.h.settle(iterator.next() as Promise<IteratorResult<Row | Row[]>>);
          if (next.done === true) isDone = true;
          else seen.push(...[next.value].flat().map((row) => idOf(row)));
        }
        const running = throughJson(scan.checkpoint);
        assert.equal(running.rows, seen.length);
        await scan.cancel();
        assert.deepEqual(throughJson(scan.checkpoint), running, 'ending changes nothing');
        const resumed = stage.scan({
          ...options,
          concurrency: 1 + (count % 5),
          splits: 1 + count,
          resumeFrom: JSON.stringify(running),
        });
        assert.deepEqual(resumed.checkpoint.ranges, running.ranges);
        assert.deepEqual(sorted(await stage.h.settle(collect(resumed, seen))), sorted(FEW.map(idOf)), `after ${count}`);
        assert.equal(resumed.checkpoint.rows, FEW.length);
        if (isDone) break;
      }
    });

  it('should go on in the middle of a page that it has gone on in before, with pages of another size', async () => {
    await using stage = await start(ROWS);
    for (const sizes of [
      [50, 7, 3, 50],
      [9, 100, 1, 2],
      [1, 1, 1, 1],
    ]) {
      const seen: string[] = [];
      let checkpoint: ScanCheckpoint | undefined;
      for (let round = 0; ; round++) {
        const fetchSize = sizes[round % sizes.length] as number;
        const scan = stage.scan({
          fetchSize,
          concurrency: 2,
          splits: 3,
          ...(checkpoint === undefined ? {} : { resumeFrom: checkpoint }),
        });
        let count = 0;
        for await (const row of iterate(stage, scan)) {
          seen.push(idOf(row));
          if (++count === 5) break;
        }
        checkpoint = throughJson(scan.checkpoint);
        if (count < 5) break;
      }
      assert.deepEqual(sorted(seen), ALL);
    }
  });

  it('should go on where rows have come and gone meanwhile, in pages that were read in part', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = new SeededRandom(seed);
      await using stage = await start(ROWS, { seed });
      const seen: string[] = [];
      const gone = new Set<string>();
      let checkpoint: ScanCheckpoint | undefined;
      for (let isDone = false; !isDone; ) {
        const scan = stage.scan({
          fetchSize: random.int(1, 40),
          concurrency: 2,
          splits: 2,
          ...(checkpoint === undefined ? {} : { resumeFrom: checkpoint }),
        });
        isDone = true;
        let left = random.int(1, 30);
        for await (const row of iterate(stage, scan)) {
          seen.push(idOf(row));
          if (--left > 0) continue;
          isDone = false;
          break;
        }
        checkpoint = throughJson(scan.checkpoint);
        // Rows that were handed out, and others, are deleted; new ones come, in old partitions and in new ones.
        stage.table.remove((row) => {
          if (!random.chance(0.05)) return false;
          gone.add(idOf(row));
          return true;
        });
        stage.table.add({ p: random.int(0, 70), c: 1000 + seen.length, v: 'new' });
      }
      assert.equal(new Set(seen).size, seen.length, 'a row came twice');
      const stable = ALL.filter((id) => !gone.has(id));
      assert.deepEqual(
        stable.filter((id) => !seen.includes(id)),
        [],
        `rows are missing, seed ${seed}`,
      );
    }
  });

  it('should not give again what a replica that was asked meanwhile did not have', async () => {
    const partition = Array.from({ length: 12 }, (_, c) => ({ p: 1, c, v: 'x' }));
    await using stage = await start(partition);
    const seen: string[] = [];
    let checkpoint: ScanCheckpoint | undefined;
    const read = async (count: number): Promise<void> => {
      const scan = stage.scan({ splits: 1, ...(checkpoint === undefined ? {} : { resumeFrom: checkpoint }) });
      for await (const row of iterate(stage, scan)) if (seen.push(idOf(row)) === count) break;
      checkpoint = throughJson(scan.checkpoint);
    };
    await read(5);
    stage.table.remove(({ c }) => c === 1 || c === 3 || c === 11);
    await read(7);
    for (const c of [1, 3, 11]) stage.table.add({ p: 1, c, v: 'x' });
    await read(Infinity);
    assert.deepEqual(sorted(seen), sorted(partition.map(idOf)));
  });

  it('should keep its checkpoint small: neighbours that were not begun are one range', async () => {
    await using stage = await start(ROWS, { servers: { tokensPerNode: 64 } });
    const scan = stage.scan({ concurrency: 4, fetchSize: 3 });
    for await (const _ of iterate(stage, scan)) break;
    assert.ok(scan.progress.rangesTotal > 100);
    assert.ok(scan.checkpoint.ranges.length <= 10, String(scan.checkpoint.ranges.length));
  });
});

describe('a scan in trouble', () => {
  it('should ask another node for a page that one fails, whichever page it is', async () => {
    await using stage = await start(ROWS, { rf: 3 });
    const options = { fetchSize: 10, concurrency: 3, splits: 5 };
    await stage.h.settle(collect(stage.scan(options)));
    const pages = scans(stage.h);
    for (const name of [
      'overloaded',
      'serverError',
      'readTimeout',
      'unavailable',
      'readFailure',
      'isBootstrapping',
    ] as const)
      for (let nth = 1; nth <= pages; nth += 3) {
        const fields = {
          consistency: 'ONE',
          required: 1,
          received: 0,
          alive: 0,
          failures: {},
          dataPresent: false,
        } as const;
        const rule = stage.h.servers.when({ cql: stage.table.matcher(), nth }, error(name, fields), {
          bind: { start: t.bigint, end: t.bigint },
        });
        const scan = stage.scan(options);
        assert.deepEqual(sorted(await stage.h.settle(collect(scan))), ALL, `${name} at page ${nth}`);
        assert.equal(rule.answered, 1);
        rule.remove();
      }
  });

  it('should outlast nodes that are down, by pauses that grow', async () => {
    await using stage = await start(ROWS, { rf: 1 });
    const scan = stage.scan({ fetchSize: 5, concurrency: 2, splits: 6, pageTimeoutMs: 500 });
    const seen: string[] = [];
    const reading = collect(scan, seen);
    await stage.h.clock.runUntil(() => seen.length > 10);
    const victim = stage.h.servers.node(1);
    await stage.h.servers.stopNode(victim);
    const unavailable = stage.h.servers.when(
      stage.table.matcher(),
      error('unavailable', { consistency: 'ONE', required: 1, alive: 0 }),
    );
    await stage.h.clock.advance(4000);
    assert.ok(stage.h.session.state.openStreams === 1);
    unavailable.remove();
    await stage.h.servers.startNode(victim);
    assert.deepEqual(sorted(await stage.h.settle(reading)), ALL);
  });

  it('should fail with the last error when pages stay away, and go on from its checkpoint', async () => {
    await using stage = await start(ROWS);
    for (const pageRetries of [0, 3]) {
      const rule = stage.h.servers.when({ cql: stage.table.matcher(), nth: (n) => n > 6 }, error('invalid'), {
        bind: { start: t.bigint, end: t.bigint },
      });
      const seen: string[] = [];
      const scan = stage.scan({ fetchSize: 3, concurrency: 2, pageRetries });
      const failure = await stage.h.failure(collect(scan, seen));
      assert.ok(failure instanceof InvalidQueryError);
      rule.remove();
      assert.ok(seen.length > 0);
      assert.deepEqual(sorted(await stage.h.settle(collect(stage.scan({ resumeFrom: scan.checkpoint }), seen))), ALL);
      assert.equal(stage.h.session.state.openStreams, 0);
    }
    stage.h.clearLogs();
    const rule = stage.h.servers.when(stage.table.matcher(), error('overloaded'));
    const scan = stage.scan({ concurrency: 1, pageRetries: 4 });
    const before = stage.h.clock.now();
    assert.equal((await stage.h.failure(collect(scan))).name, 'OverloadedError');
    assert.ok(stage.h.clock.now() - before >= (100 + 200 + 400 + 800) / 2);
    rule.remove();
    assert.deepEqual(sorted(await stage.h.settle(collect(stage.scan({ resumeFrom: scan.checkpoint })))), ALL);
  });

  it('should refuse a retry policy that would leave out rows', async () => {
    await using stage = await start(ROWS);
    stage.h.servers.when({ cql: stage.table.matcher(), nth: 4 }, error('overloaded'));
    const retryPolicy = { onRequestError: () => ({ decision: 'ignore' }) as const };
    const failure = await stage.h.failure(collect(stage.scan({ retryPolicy })));
    assert.ok(failure instanceof ConfigurationError);
    assert.equal(failure.path, 'retryPolicy');
  });

  it('should end by its signal at once, also in a pause, and go on from its checkpoint', async () => {
    await using stage = await start(ROWS);
    const answers = { slow: delayed(50, stage.table.reply()), never: never(), refusing: error('overloaded') };
    for (const [name, reply] of Object.entries(answers)) {
      const controller = new AbortController();
      const scan = stage.scan({ fetchSize: 3, concurrency: 2, signal: controller.signal });
      const seen: string[] = [];
      const reading = rejection(collect(scan, seen));
      await stage.h.clock.runUntil(() => seen.length > 4);
      const rule = stage.h.servers.when(stage.table.matcher(), reply);
      await stage.h.clock.advance(300);
      controller.abort('enough');
      const before = stage.h.clock.now();
      const failure = await stage.h.settle(reading);
      assert.ok(failure instanceof AbortError, `${name}: ${failure.name}`);
      assert.equal(failure.cause, 'enough');
      assert.ok(stage.h.clock.now() - before < 5);
      rule.remove();
      assert.deepEqual(sorted(await stage.h.settle(collect(stage.scan({ resumeFrom: scan.checkpoint }), seen))), ALL);
    }
    const aborted = stage.scan({ signal: AbortSignal.abort('before') });
    assert.ok((await stage.h.failure(collect(aborted))) instanceof AbortError);
  });

  it('should let go of pages when its signal fires while nobody reads', async () => {
    await using stage = await start(ROWS);
    const controller = new AbortController();
    const scan = stage.scan({ fetchSize: 4, concurrency: 2, signal: controller.signal });
    const iterator = scan[Symbol.asyncIterator]();
    const seen = [idOf((await stage.h.settle(iterator.next())).value as Row)];
    controller.abort();
    assert.equal(stage.h.session.state.openStreams, 0);
    assert.ok((await stage.h.failure(iterator.next())) instanceof AbortError);
    assert.equal((await stage.h.settle(iterator.next())).done, true);
    assert.deepEqual(sorted(await stage.h.settle(collect(stage.scan({ resumeFrom: scan.checkpoint }), seen))), ALL);
  });

  it('should end by timeoutMs, and bound each page by pageTimeoutMs', async () => {
    await using stage = await start(ROWS);
    const slow = stage.h.servers.when(stage.table.matcher(), delayed(40, stage.table.reply()), {
      bind: { start: t.bigint, end: t.bigint },
    });
    const scan = stage.scan({ fetchSize: 2, concurrency: 1, timeoutMs: 300 });
    const seen: string[] = [];
    const failure = await stage.h.failure(collect(scan, seen));
    assert.ok(failure instanceof TimeoutError);
    assert.equal(failure.timeoutMs, 300);
    slow.remove();
    const rest = stage.scan({ resumeFrom: scan.checkpoint });
    assert.deepEqual(sorted(await stage.h.settle(collect(rest, seen))), ALL);
    const rule = stage.h.servers.when({ cql: stage.table.matcher(), nth: 3 }, never());
    const before = stage.h.clock.now();
    assert.deepEqual(sorted(await stage.h.settle(collect(stage.scan({ pageTimeoutMs: 200 })))), ALL);
    assert.ok(stage.h.clock.now() - before < 600);
    rule.remove();
  });

  it('should end at every point, leaving nothing', async () => {
    await using stage = await start(ROWS);
    for (let ms = 0; ms < 40; ms++) {
      const seen: string[] = [];
      const scan = stage.scan({ fetchSize: 4, concurrency: 3 });
      const reading = collect(scan, seen);
      await stage.h.clock.advance(ms / 2);
      await scan.cancel();
      const count = seen.length;
      assert.ok((await stage.h.settle(reading)).length <= count + 1);
      await stage.h.clock.advance(100);
      assert.deepEqual([stage.h.session.state.openStreams, stage.h.session.state.inFlight], [0, 0]);
      assert.deepEqual(
        sorted(await stage.h.settle(collect(stage.scan({ resumeFrom: scan.checkpoint }), seen))),
        ALL,
        `${ms}`,
      );
    }
    const breaking = stage.scan({ fetchSize: 4 });
    await assert.rejects(async () => {
      for await (const _ of iterate(stage, breaking)) throw new Error('mine');
    }, /mine/);
    await breaking.cancel();
    await breaking[Symbol.asyncDispose]();
    assert.equal(stage.h.session.state.openStreams, 0);
  });

  it('should end with its session, also in a pause', async () => {
    const stage = await start(ROWS);
    stage.h.servers.when({ cql: stage.table.matcher(), nth: (n) => n > 5 }, error('overloaded'), {
      bind: { start: t.bigint, end: t.bigint },
    });
    const reading = rejection(collect(stage.scan({ fetchSize: 3, concurrency: 2, pageRetries: 1000 })));
    await stage.h.clock.advance(2000);
    await stage.h.settle(stage.h.session.close({ drainTimeoutMs: 0 }));
    assert.ok((await stage.h.settle(reading)) instanceof SessionClosedError);
    assert.throws(() => stage.scan(), SessionClosedError);
    await stage[Symbol.asyncDispose]();
    await stage.h.clock.advance(3000);
    assert.equal(stage.h.clock.pending, 0);
  });

  it('should go on while nodes come, go and restart', async () => {
    await using stage = await start(ROWS, { rf: 2, nodes: 4 });
    const scan = stage.scan({ fetchSize: 2, concurrency: 2, pageTimeoutMs: 300 });
    const seen: string[] = [];
    const reading = collect(scan, seen);
    await stage.h.clock.runUntil(() => seen.length > 20);
    const { servers } = stage.h;
    await servers.stopNode(servers.node(0), { silently: true });
    await stage.h.clock.runUntil(() => seen.length > 40);
    await servers.addNode({ tokens: ['17', '-4611686018427387904'] });
    await servers.startNode(servers.node(0), { silently: true });
    servers.node(0).forgetPrepared();
    await stage.h.clock.runUntil(() => seen.length > 60);
    await servers.removeNode(servers.node(2));
    assert.deepEqual(sorted(await stage.h.settle(reading)), ALL);
  });

  it('should count against limits.openStreams', async () => {
    await using stage = await start(ROWS, { cluster: { limits: { openStreams: 1 } } });
    const first = stage.scan({ fetchSize: 3 })[Symbol.asyncIterator]();
    await stage.h.settle(first.next());
    assert.ok((await stage.h.failure(collect(stage.scan()))) instanceof QueueFullError);
    await first.return?.();
    assert.deepEqual(sorted(await stage.h.settle(collect(stage.scan()))), ALL);
  });
});

describe('what a scan tells of its progress', () => {
  it('should come with each page that was read, and at the end', async () => {
    await using stage = await start(ROWS);
    const told: ScanProgress[] = [];
    const kept: ScanCheckpoint[] = [];
    const scan = stage.scan({
      fetchSize: 5,
      onProgress: (progress) => {
        told.push(progress);
        kept.push(scan.checkpoint);
      },
    });
    await stage.h.settle(collect(scan));
    for (const [i, progress] of told.entries()) {
      const before = told[i - 1];
      assert.ok(progress.fraction >= (before?.fraction ?? 0) && progress.rows >= (before?.rows ?? 0));
      assert.equal(kept[i]?.rows, progress.rows);
      assert.ok(
        kept[i]?.ranges.every((range) => range.delivered === undefined),
        'at its end a page is whole',
      );
    }
    assert.deepEqual(
      { ...told.at(-1), rangesDone: 0, rangesTotal: 0, pages: 0 },
      { rows: ALL.length, pages: 0, rangesDone: 0, rangesTotal: 0, fraction: 1 },
    );
  });

  it('should do no harm when it throws', async () => {
    const warnings: string[] = [];
    await using stage = await start(ROWS, {
      cluster: { logger: { error: (...line) => void warnings.push(JSON.stringify(line)) } },
    });
    const scan = stage.scan({
      onProgress: () => {
        throw new Error('not my problem');
      },
    });
    assert.deepEqual(sorted(await stage.h.settle(collect(scan))), ALL);
    assert.ok(warnings.some((text) => text.includes('not my problem')));
  });
});
