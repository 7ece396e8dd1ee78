import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MatchTable } from '../../../src/protocol/match-table.ts';

describe('MatchTable', () => {
  it('should tell where a sequence stood before', () => {
    const table = new MatchTable(8);
    table.startBlock(100);
    assert.ok(table.exchange(0x61626364, 0) < 0);
    assert.equal(table.exchange(0x61626364, 7), 0);
    assert.equal(table.exchange(0x61626364, 9), 7);
  });

  it('should forget the blocks before', () => {
    const table = new MatchTable(8);
    table.startBlock(100);
    table.exchange(42, 99);
    table.startBlock(10);
    assert.ok(table.exchange(42, 0) < 0);
  });

  it('should start over before its positions leave the range of 32 bits', () => {
    const table = new MatchTable(8);
    const halfGigabyte = 0x2000_0000;
    for (let block = 0; block < 20; block++) {
      table.startBlock(halfGigabyte);
      assert.ok(table.exchange(42, halfGigabyte - 1) < 0, `block ${block}`);
      assert.equal(table.exchange(42, 5), halfGigabyte - 1);
    }
  });
});
