/**
 * A million responses, random and changed at random: each is decoded to what encodes to an equal message, or refused
 * with a ProtocolError; none asks for more than 4 times its bytes and 1 MiB of memory at once.
 *
 *     npm run prove -- protocol-fuzz
 *
 * `TEST_SEED` repeats a run, `PROPERTY_SCALE` scales the count of messages.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fuzzOneMessage, newTally } from '../support/messages/message-fuzz.ts';
import { propertyRuns } from '../support/property-runs.ts';
import { chooseSeed } from '../support/seeded-random.ts';

const seed = chooseSeed() >>> 0;
const count = propertyRuns(1_000_000);

it('should_survive_a_million_random_and_changed_responses', (t) => {
  t.diagnostic(`TEST_SEED=${seed}, ${count} messages`);
  const tally = newTally();
  const started = performance.now();
  for (let i = 0; i < count; i++) {
    try {
      fuzzOneMessage((seed + i) >>> 0, tally);
    } catch (cause) {
      throw new Error(`TEST_SEED=${(seed + i) >>> 0} fails with its first message`, { cause });
    }
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  t.diagnostic(`${tally.accepted} accepted, ${tally.refused} refused in ${seconds} s`);
  t.diagnostic(`largest single allocation: ${tally.largestAllocation} bytes`);
  assert.equal(tally.messages, count);
  assert.ok(tally.accepted > count / 4 && tally.refused > count / 4);
});
