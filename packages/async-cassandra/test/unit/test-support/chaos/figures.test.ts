import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { latenciesOf } from '../../../support/chaos/figures.ts';
import { type Operation, OperationLog } from '../../../support/chaos/operation-log.ts';

function lasting(ms: number): Operation {
  return {
    kind: 'read',
    row: 0,
    item: 0,
    startedMs: 1_000,
    endedMs: 1_000 + ms,
    coordinator: 'a:1',
    failure: undefined,
    outcome: undefined,
  };
}

describe('latenciesOf', () => {
  it('should give the latency that a share of requests did not exceed', () => {
    const operations = Array.from({ length: 200 }, (_, i) => lasting(200 - i));
    assert.deepEqual(latenciesOf(operations), { count: 200, p50: 100, p99: 198, max: 200 });
    assert.deepEqual(latenciesOf([lasting(7)]), { count: 1, p50: 7, p99: 7, max: 7 });
    assert.deepEqual(latenciesOf([]), { count: 0, p50: 0, p99: 0, max: 0 });
  });
});

describe('OperationLog', () => {
  it("should know a node's first answer to what was asked since its return", () => {
    const log = new OperationLog();
    const answers: [string, number, number][] = [
      ['a:1', 10, 90],
      ['a:1', 50, 80],
      ['b:1', 55, 60],
      ['a:1', 60, 70],
    ];
    for (const [coordinator, startedMs, endedMs] of answers)
      log.operations.push({ ...lasting(0), coordinator, startedMs, endedMs });
    assert.equal(log.firstAnswerOf('a:1', 20), 70);
    assert.equal(log.firstAnswerOf('b:1', 0), 60);
    assert.equal(log.firstAnswerOf('b:1', 56), undefined);
    assert.equal(log.idempotent(50, 60).length, 2);
  });
});
