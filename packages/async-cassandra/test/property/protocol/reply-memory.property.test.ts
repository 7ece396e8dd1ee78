import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ReplyMemory } from '../../../src/protocol/reply-memory.ts';
import { fc } from '../../support/fast-check.ts';

const MIB = 2 ** 20;

describe('the memory of large replies, in any order of borrowing and giving back', () => {
  it('should be enough for who borrows it, and nobody else have it', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ borrow: fc.integer({ min: 0, max: 5 * MIB }) }) },
      { weight: 2, arbitrary: fc.record({ giveBack: fc.nat() }) },
      { weight: 1, arbitrary: fc.record({ giveBackAgain: fc.nat() }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const memory = new ReplyMemory();
        const held: Buffer[] = [];
        const gone: Buffer[] = [];
        for (const each of steps) {
          if ('borrow' in each) {
            const one = memory.borrow(each.borrow);
            assert.ok(one.length >= each.borrow);
            assert.ok(one.length <= Math.max(4 * each.borrow, each.borrow + 64 * 1024));
            const isShared = held.some(
              ({ buffer, byteOffset, length }) =>
                buffer === one.buffer &&
                byteOffset < one.byteOffset + one.length &&
                one.byteOffset < byteOffset + length,
            );
            assert.ok(!isShared || one.length === 0, 'somebody else has it');
            held.push(one);
          } else if ('giveBack' in each) {
            const [one] = held.splice(each.giveBack % Math.max(1, held.length), 1);
            if (one === undefined) continue;
            memory.giveBack(one);
            gone.push(one);
          } else {
            const one = gone[each.giveBackAgain % Math.max(1, gone.length)];
            if (one !== undefined && !held.includes(one)) memory.giveBack(one);
          }
        }
      }),
    );
  });
});
