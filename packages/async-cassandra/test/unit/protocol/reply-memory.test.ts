import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ReplyMemory } from '../../../src/protocol/reply-memory.ts';

const KIB = 1024;
const PAGE = 600 * KIB;

describe('the memory of large replies', () => {
  it('should be used again when it was given back', () => {
    const memory = new ReplyMemory();
    const first = memory.borrow(PAGE);
    assert.ok(first.length >= PAGE);
    memory.giveBack(first);
    assert.equal(memory.borrow(PAGE - 100), first);
    assert.notEqual(memory.borrow(PAGE), first, 'somebody has it');
  });

  it('should serve a reply that is a little larger than the one before', () => {
    const memory = new ReplyMemory();
    const first = memory.borrow(PAGE + 1);
    memory.giveBack(first);
    assert.equal(memory.borrow(PAGE + 30 * KIB), first);
  });

  it('should not be had by two when it was given back twice', () => {
    const memory = new ReplyMemory();
    const first = memory.borrow(PAGE);
    memory.giveBack(first);
    memory.giveBack(first);
    assert.equal(memory.borrow(PAGE), first);
    assert.notEqual(memory.borrow(PAGE), first);
  });

  it('should never be what was not borrowed', () => {
    const memory = new ReplyMemory();
    const own = Buffer.alloc(PAGE);
    memory.giveBack(own);
    assert.notEqual(memory.borrow(PAGE), own);
    const borrowed = memory.borrow(PAGE);
    memory.giveBack(borrowed.subarray(0, PAGE / 2));
    assert.notEqual(memory.borrow(PAGE / 2).buffer, borrowed.buffer);
  });

  it('should not be kept when it is small, or very large', () => {
    const memory = new ReplyMemory();
    for (const bytes of [0, 100, 64 * KIB - 1, 4096 * KIB + 1]) {
      const first = memory.borrow(bytes);
      assert.equal(first.length, bytes);
      memory.giveBack(first);
      const second = memory.borrow(bytes);
      if (bytes > 0) assert.notEqual(second, first);
    }
  });

  it('should not be wasted on replies that are much smaller', () => {
    const memory = new ReplyMemory();
    const large = memory.borrow(4096 * KIB);
    memory.giveBack(large);
    assert.notEqual(memory.borrow(1023 * KIB), large);
    assert.equal(memory.borrow(1024 * KIB), large);
  });

  it('should be kept of four replies at most, those that came back last', () => {
    const memory = new ReplyMemory();
    const six = Array.from({ length: 6 }, () => memory.borrow(PAGE));
    for (const one of six) memory.giveBack(one);
    const again = Array.from({ length: 6 }, () => memory.borrow(PAGE));
    assert.deepEqual(
      again.map((one) => six.indexOf(one)),
      [5, 4, 3, 2, -1, -1],
    );
  });
});
