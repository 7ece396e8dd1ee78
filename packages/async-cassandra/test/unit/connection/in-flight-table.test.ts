import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InFlightTable, orphanMark, unsentMark } from '../../../src/connection/in-flight-table.ts';
import { TestRequest } from './harness.ts';

function taken(table: InFlightTable, timeoutMs = 100): number {
  const id = table.take();
  if (id >= 0) table.hold(id, new TestRequest(() => 0), timeoutMs);
  return id;
}

describe('InFlightTable', () => {
  it('should give each id once, up to the number of ids and never more than the protocol has', () => {
    for (const [asked, expected] of [
      [1, 1],
      [64, 64],
      [65, 65],
      [1000, 1000],
      [100_000, 32_768],
    ] as const) {
      const table = new InFlightTable(asked);
      const ids = new Set<number>();
      for (let id = taken(table); id >= 0; id = taken(table)) ids.add(id);
      assert.equal(ids.size, expected);
      assert.equal(Math.max(...ids), expected - 1);
      assert.equal(table.capacity, expected);
      for (const id of ids) assert.notEqual(table.answered(id), null);
    }
  });

  it('should give the id that was released last, so that few serve a steady load', () => {
    const table = new InFlightTable(1000);
    for (let i = 0; i < 500; i++) {
      const id = taken(table);
      table.stamp([id], 1, 0);
      table.answered(id);
    }
    assert.equal(table.capacity, 64);
    assert.equal(table.inFlight, 0);
  });

  it('should know no answer for ids that are free, unsent, abandoned or beyond', () => {
    const table = new InFlightTable(100);
    const unsent = taken(table);
    const abandoned = taken(table);
    table.abandonUnsent(abandoned);
    for (const id of [unsent, abandoned, 50, 99, 32_767]) assert.equal(table.answered(id), undefined);
    assert.equal(table.inFlight, 1);
    table.stamp([unsent], 1, 5);
    assert.notEqual(table.answered(unsent), undefined);
    assert.equal(table.answered(unsent), undefined);
  });

  it('should give orphans back silently', () => {
    const table = new InFlightTable(100);
    const id = taken(table);
    table.stamp([id], 1, 0);
    table.orphan(id);
    assert.deepEqual([table.inFlight, table.orphaned], [0, 1]);
    assert.equal(table.answered(id), null);
    assert.deepEqual([table.inFlight, table.orphaned], [0, 0]);
    assert.equal(table.take(), id);
  });

  it('should find what is due, and when the next will be', () => {
    const table = new InFlightTable(100);
    const ids = [50, 20, 90, 20, 70].map((timeoutMs) => taken(table, timeoutMs));
    table.stamp(ids, ids.length, 1000);
    assert.equal(table.nextDeadline, 1020);
    const due: number[] = [];
    for (let id = table.nextDue(0, 1050); id >= 0; id = table.nextDue(id + 1, 1050)) {
      due.push(id);
      table.orphan(id);
    }
    assert.deepEqual(due, [ids[0], ids[1], ids[3]]);
    assert.equal(table.nextDeadline, 1070);
  });

  it('should never call a mark', () => {
    for (const mark of [orphanMark, unsentMark]) {
      const { onAttemptTimeout } = mark;
      assert.throws(() => {
        onAttemptTimeout();
      }, /mark/);
    }
  });
});
