import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Row, StreamBusyError } from '../../../../src/index.ts';
import type { ScanCheckpoint, ScanProgress } from '../../../../src/session/index.ts';
import {
  ALL,
  collect,
  collectPages,
  idOf,
  iterate,
  pagesAsked,
  ROWS,
  sorted,
  startScans,
} from '../../../support/session/scan-stage.ts';
import { tokenOfPartition } from '../../../support/session/token-table.ts';

describe('a scan', () => {
  for (const version of [4, 5])
    for (const concurrency of [1, 2, 8, 64])
      it(`should give each row once, ${concurrency} pages at a time, on version ${version}`, async () => {
        await using stage = await startScans(ROWS, { versions: [version] });
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

  it('should give rows as plain objects of their columns', async () => {
    await using stage = await startScans([{ p: 5, c: 1, v: 'five' }]);
    const rows: Row[] = [];
    for await (const row of iterate(stage, stage.scan())) rows.push(row);
    assert.deepEqual(rows, [{ p: 5, c: 1, s: 'of 5', v: 'five' }]);
  });

  it('should pass over empty pages, wherever they come', async () => {
    await using stage = await startScans(ROWS);
    let asked = 0;
    stage.table.pageLength = (size) => (asked++ % 3 === 1 ? size : 0);
    assert.deepEqual(sorted(await stage.h.settle(collect(stage.scan({ fetchSize: 4 })))), ALL);
    asked = 0;
    assert.deepEqual(sorted(await stage.h.settle(collectPages(stage.scan({ fetchSize: 4 })))), ALL);
  });

  it('should give nothing for an empty table', async () => {
    await using stage = await startScans([]);
    const scan = stage.scan();
    assert.deepEqual(await stage.h.settle(collect(scan)), []);
    assert.deepEqual(scan.checkpoint.ranges, []);
    assert.deepEqual(await stage.h.settle(collect(stage.scan({ resumeFrom: scan.checkpoint }))), []);
  });

  it('should ask the replicas of each range first', async () => {
    await using stage = await startScans(ROWS, { rf: 1 });
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
    await using stage = await startScans(ROWS);
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
      const held = pagesAsked(stage.h) - empty - (read - 1);
      assert.ok(held <= concurrency, `${held} pages are held`);
      assert.equal(stage.h.session.state.inFlight, 0);
      assert.equal(stage.h.session.state.openStreams, 1);
    }
    assert.ok(read > 20);
  });

  it('should be read by one consumer, once', async () => {
    await using stage = await startScans(ROWS);
    const scan = stage.scan();
    await stage.h.settle(collect(scan));
    assert.throws(() => scan[Symbol.asyncIterator](), StreamBusyError);
    assert.throws(() => scan.pages(), StreamBusyError);
  });

  it('should answer overlapping calls of next in their order', async () => {
    await using stage = await startScans(ROWS);
    const iterator = stage.scan({ fetchSize: 3 })[Symbol.asyncIterator]();
    const results = await stage.h.settle(Promise.all(Array.from({ length: ALL.length + 3 }, () => iterator.next())));
    assert.deepEqual(sorted(results.slice(0, ALL.length).map(({ value }) => idOf(value as Row))), ALL);
    assert.ok(results.slice(ALL.length).every(({ done }) => done === true));
  });
});

describe('what a scan tells of its progress', () => {
  it('should come with each page that was read, and at the end', async () => {
    await using stage = await startScans(ROWS);
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
    await using stage = await startScans(ROWS, {
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
