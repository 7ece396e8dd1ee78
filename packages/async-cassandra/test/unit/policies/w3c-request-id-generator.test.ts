import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationError } from '../../../src/errors/index.ts';
import { W3cRequestIdGenerator } from '../../../src/policies/index.ts';
import { SeededRandom } from '../../support/index.ts';

describe('W3cRequestIdGenerator', () => {
  it('should make trace ids, and a traceparent for each attempt', () => {
    const random = new SeededRandom(7);
    const generator = new W3cRequestIdGenerator({ random: () => random.next() });
    assert.equal(generator.payloadKey, 'request-id');
    const ids = new Set<string>();
    const parents = new Set<string>();
    for (let i = 0; i < 1000; i++) {
      const id = generator.next();
      assert.match(id, /^[0-9a-f]{32}$/);
      ids.add(id);
      const match = /^00-([0-9a-f]{32})-([0-9a-f]{16})-00$/.exec(generator.forAttempt(id));
      assert.equal(match?.[1], id);
      parents.add(match[2] as string);
    }
    assert.equal(ids.size, 1000);
    assert.equal(parents.size, 1000);
  });

  it('should never make an id of zeros, which counts as none', () => {
    const generator = new W3cRequestIdGenerator({ random: () => 0 });
    assert.equal(generator.next(), `${'0'.repeat(31)}1`);
    assert.equal(generator.forAttempt('x'), '00-x-0000000000000001-00');
  });

  it('should take the random numbers of its cluster unless it was given some', () => {
    const own = new W3cRequestIdGenerator({ random: () => 0 });
    own.init(() => 0.5);
    assert.equal(own.next(), `${'0'.repeat(31)}1`);
    const given = new W3cRequestIdGenerator();
    assert.throws(() => given.next(), ConfigurationError);
    given.init(() => 0.5);
    assert.equal(given.next(), '80000000'.repeat(4));
  });

  it('should refuse options that are wrong', () => {
    for (const options of [{ payloadKey: '' }, { random: 1 }, { other: 1 }] as never[])
      assert.throws(() => new W3cRequestIdGenerator(options), ConfigurationError);
  });
});
