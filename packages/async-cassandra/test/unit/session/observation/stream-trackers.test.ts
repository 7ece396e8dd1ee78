import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TrackedRequest } from '../../../../src/diagnostics/index.ts';
import { error, never, pages, SchemaModel, sequence, t } from '../../../support/index.ts';
import { RecordingTracker } from '../../../support/session/recording-tracker.ts';
import { SessionHarness } from '../../../support/session/session-harness.ts';

const SELECT = 'SELECT k FROM ks.t';

async function start(): Promise<{ h: SessionHarness; told: RecordingTracker }> {
  const schema = new SchemaModel();
  schema.addTable('ks', 't', { k: t.int });
  const h = await SessionHarness.start({ servers: { schema } });
  const told = new RecordingTracker();
  h.session.observe(told);
  h.servers.when(SELECT, pages({ k: t.int }, [[[1], [2]], [[3]], [[4]]]));
  return { h, told };
}

function ofStreams(told: RecordingTracker): string[] {
  return told.take().filter((line) => /^(stream|scan)/.test(line));
}

describe('trackers of streams', () => {
  test('should be told of one that is read to its end, and whose pages are requests of it', async () => {
    const { h, told } = await start();
    await using _ = h;
    const streams = new Set<unknown>();
    h.session.observe({ onStart: (request: TrackedRequest) => streams.add(request.stream), onEnd: () => undefined });
    const stream = await h.settle(h.session.executeStream(SELECT));
    const seen: unknown[] = [];
    await h.settle(
      (async () => {
        for await (const row of stream) seen.push(row['k']);
      })(),
    );
    assert.deepEqual(seen, [1, 2, 3, 4]);
    assert.equal(streams.size, 1);
    assert.ok(!streams.has(undefined));
    assert.equal(told.lines[0], `stream ${SELECT}`);
    assert.equal(told.lines[1], `start query ${SELECT}`);
    assert.equal(told.lines.filter((line) => line === `start page ${SELECT}`).length, 2);
    assert.deepEqual(ofStreams(told).slice(1), ['stream completed 3 pages 4 rows']);
    told.assertBalanced();
  });

  test('should be told of those that are left, cancelled or disposed of', async () => {
    const { h, told } = await start();
    await using _ = h;
    const left = await h.settle(h.session.executeStream(SELECT));
    await h.settle(
      (async () => {
        for await (const _row of left) break;
      })(),
    );
    await (await h.settle(h.session.executeStream(SELECT))).cancel();
    {
      await using stream = await h.settle(h.session.executeStream(SELECT));
      assert.ok(stream);
    }
    assert.deepEqual(
      ofStreams(told).filter((line) => line.includes('rows')),
      ['stream cancelled 1 pages 2 rows', 'stream cancelled 0 pages 0 rows', 'stream cancelled 0 pages 0 rows'],
    );
    await h.clock.advance(100);
    told.assertBalanced();
  });

  test('should be told what a stream fails with: at its first page, later, and by its signal', async () => {
    const { h, told } = await start();
    await using _ = h;
    h.servers.when(SELECT, error('invalid'), { times: 1 });
    await h.failure(h.session.executeStream(SELECT));
    assert.deepEqual(ofStreams(told).slice(1), ['stream failed 0 pages 0 rows InvalidQueryError']);
    h.servers.when(SELECT, sequence(pages({ k: t.int }, [[[1]], [[2]]]), error('invalid')), { times: 2 });
    const failing = await h.settle(h.session.executeStream(SELECT, [], { prefetchPages: 0 }));
    await h.failure(
      (async () => {
        for await (const _row of failing);
      })(),
    );
    assert.deepEqual(ofStreams(told).slice(1), ['stream failed 1 pages 1 rows InvalidQueryError']);
    const controller = new AbortController();
    const aborted = await h.settle(h.session.executeStream(SELECT, [], { signal: controller.signal }));
    controller.abort();
    await h.failure(aborted[Symbol.asyncIterator]().next());
    assert.deepEqual(ofStreams(told).slice(1), ['stream failed 0 pages 0 rows AbortError']);
    told.assertBalanced();
  });

  test('should be told of a stream that waits for a page when its session closes', async () => {
    const { h, told } = await start();
    await using _ = h;
    h.servers.when(SELECT, sequence(pages({ k: t.int }, [[[1]], [[2]]]), never()), { times: 2 });
    const stream = await h.settle(h.session.executeStream(SELECT, [], { prefetchPages: 0 }));
    const failing = h.failure(
      (async () => {
        for await (const _row of stream);
      })(),
    );
    await h.clock.advance(10);
    await h.settle(h.session.close({ drainTimeoutMs: 0 }));
    await failing;
    assert.deepEqual(ofStreams(told).slice(1), ['stream failed 1 pages 1 rows SessionClosedError']);
    told.assertBalanced();
  });

  test('should be told of scans, of their pages and of those that are left', async () => {
    const { h, told } = await start();
    await using _ = h;
    const query = 'SELECT "k" FROM "ks"."t" WHERE token("k") > ? AND token("k") <= ?';
    h.servers.when(query, pages({ k: t.int }, [[[1], [2]]]), { bind: { start: t.bigint, end: t.bigint } });
    let rows = 0;
    await h.settle(
      (async () => {
        for await (const _row of h.session.scan('ks.t', { splits: 2 })) rows++;
      })(),
    );
    const lines = ofStreams(told);
    assert.equal(lines[0], 'scan t');
    assert.match(lines[1] as string, new RegExp(`^scan completed \\d+ pages ${rows} rows$`));
    await h.settle(
      (async () => {
        for await (const _row of h.session.scan('ks.t', { splits: 2 })) break;
      })(),
    );
    assert.match(ofStreams(told)[1] as string, /^scan cancelled 1 pages/);
    await h.failure(h.session.scan('ks.none')[Symbol.asyncIterator]().next());
    assert.equal(ofStreams(told)[1], 'scan failed 0 pages 0 rows ConfigurationError');
    told.assertBalanced();
  });
});
