import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { Outcome } from '../../../../src/errors/index.ts';
import { auditHoldings, type Holdings } from '../../../support/chaos/ledger.ts';
import { type OperationKind, OperationLog } from '../../../support/chaos/operation-log.ts';

describe('auditHoldings', () => {
  let log: OperationLog;

  /** An operation that ended: well, or with an outcome. */
  function ended(kind: OperationKind, row: number, item = 0, outcome?: Outcome): void {
    const operation = log.begin(kind, row, item);
    operation.endedMs = operation.startedMs + 1;
    if (outcome === undefined) {
      if (kind === 'write') log.acknowledgedRows.push(row);
      return;
    }
    operation.failure = 'failed';
    operation.outcome = outcome;
  }

  function audit(holdings: {
    writes?: number[];
    lists?: Record<number, number[]>;
    counters?: Record<number, number>;
  }): string[] {
    const byRow = <T>(rows: Record<number, T> = {}): Map<number, T> =>
      new Map(Object.entries(rows).map(([row, value]) => [Number(row), value]));
    const complete: Holdings = {
      writes: new Set(holdings.writes),
      lists: byRow(holdings.lists),
      counters: byRow(holdings.counters),
    };
    return auditHoldings(log, complete);
  }

  beforeEach(() => {
    log = new OperationLog();
  });

  it('should miss rows that were acknowledged, and no others', () => {
    ended('write', 1);
    ended('write', 2);
    ended('write', 3, 0, 'unknown');
    assert.deepEqual(audit({ writes: [1, 2] }), []);
    assert.deepEqual(audit({ writes: [2, 3] }), ['Row 1 was acknowledged and is missing']);
  });

  it('should tell of reads that did not find what was acknowledged', () => {
    ended('write', 1);
    log.lostReads.push(log.begin('read', 1, 0));
    assert.equal(audit({ writes: [1] }).length, 1);
  });

  it('should want acknowledged items once, unknown ones at most once, and others never', () => {
    ended('append', 7, 1);
    ended('append', 7, 2, 'unknown');
    ended('append', 7, 3, 'notSent');
    ended('append', 7, 4, 'rejected');
    assert.deepEqual(audit({ lists: { 7: [1, 2] } }), []);
    assert.deepEqual(audit({ lists: { 7: [1] } }), []);
    for (const items of [[], [1, 1], [1, 2, 2], [1, 3], [1, 4], [1, 5]])
      assert.equal(audit({ lists: { 7: items } }).length, 1, items.join());
  });

  it('should take an operation that never ended for one that may have been applied', () => {
    log.begin('append', 7, 1);
    assert.deepEqual(audit({ lists: { 7: [1] } }), []);
    assert.deepEqual(audit({}), []);
  });

  it('should want counters between what was acknowledged and what may have been applied', () => {
    ended('increment', 5);
    ended('increment', 5);
    ended('increment', 5, 0, 'unknown');
    ended('increment', 5, 0, 'notSent');
    for (const total of [2, 3]) assert.deepEqual(audit({ counters: { 5: total } }), []);
    for (const total of [1, 4]) assert.equal(audit({ counters: { 5: total } }).length, 1);
    assert.deepEqual(audit({}), ['Counter 5 is 0, not from 2 to 3']);
  });
});
