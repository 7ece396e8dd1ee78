import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Row } from '../../../../src/index.ts';
import type { ScanCheckpoint } from '../../../../src/session/index.ts';
import { SeededRandom } from '../../../support/index.ts';
import {
  ALL,
  collect,
  idOf,
  iterate,
  ROWS,
  sorted,
  startScans,
  throughJson,
} from '../../../support/session/scan-stage.ts';
import { someRows } from '../../../support/session/token-table.ts';

const FEW = someRows(16, 9, new SeededRandom(8).next);

describe('a scan that was interrupted', () => {
  for (const way of ['rows', 'pages'] as const)
    it(`should go on from its checkpoint after any number of ${way}, without a row twice or missing`, async () => {
      await using stage = await startScans(FEW);
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
    await using stage = await startScans(ROWS);
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
      await using stage = await startScans(ROWS, { seed });
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
    await using stage = await startScans(partition);
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
    await using stage = await startScans(ROWS, { servers: { tokensPerNode: 64 } });
    const scan = stage.scan({ concurrency: 4, fetchSize: 3 });
    for await (const _ of iterate(stage, scan)) break;
    assert.ok(scan.progress.rangesTotal > 100);
    assert.ok(scan.checkpoint.ranges.length <= 10, String(scan.checkpoint.ranges.length));
  });
});
