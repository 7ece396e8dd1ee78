import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { fuzzOneMessage, newTally } from '../../support/messages/message-fuzz.ts';
import { propertyRuns } from '../../support/property-runs.ts';

describe('responses, random and changed at random', () => {
  it('should_be_decoded_to_what_encodes_to_an_equal_message_or_refused_with_a_protocol_error', () => {
    const tally = newTally();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (seed) => {
        fuzzOneMessage(seed, tally);
      }),
      { numRuns: propertyRuns(20_000), endOnFailure: true },
    );
    assert.ok(tally.accepted > tally.messages / 4, 'too little was accepted for this to mean anything');
    assert.ok(tally.refused > tally.messages / 4, 'too little was refused for this to mean anything');
  });
});
