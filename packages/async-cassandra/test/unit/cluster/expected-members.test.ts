import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ExpectedMembers } from '../../../src/cluster/expected-members.ts';

describe('ExpectedMembers', () => {
  it('should want no other reading when the first confirms the event', () => {
    const expected = new ExpectedMembers();
    expected.expect('10.0.0.1', 9042, true);
    expected.expect('10.0.0.2', 9042, false);
    assert.equal(
      expected.check((address) => address === '10.0.0.1'),
      undefined,
    );
  });

  it('should want readings after 1, 2, 4, 8 and 16 seconds, and give up then', () => {
    const expected = new ExpectedMembers();
    expected.expect('10.0.0.1', 9042, true);
    const delays = Array.from({ length: 7 }, () => expected.check(() => false));
    assert.deepEqual(delays, [1000, 2000, 4000, 8000, 16_000, undefined, undefined]);
  });

  it('should believe the last event about an address', () => {
    const expected = new ExpectedMembers();
    expected.expect('10.0.0.1', 9042, true);
    expected.expect('10.0.0.1', 9042, false);
    assert.equal(
      expected.check(() => false),
      undefined,
    );
  });

  it('should want the soonest of several', () => {
    const expected = new ExpectedMembers();
    expected.expect('10.0.0.1', 9042, true);
    expected.check(() => false);
    expected.expect('10.0.0.2', 9042, true);
    assert.equal(
      expected.check(() => false),
      1000,
    );
  });
});
