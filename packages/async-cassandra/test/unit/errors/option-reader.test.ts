import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationError, LONGEST_TIMER_MS, OptionReader } from '../../../src/errors/index.ts';

const wording = (path: string, requirement: string): string => `The "${path}" of a test ${requirement}`;

function refused(path: string, message: string, read: (reader: OptionReader) => unknown, options: unknown): void {
  assert.throws(
    () => {
      const reader = new OptionReader('', options, wording);
      read(reader);
      reader.end();
    },
    (error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.deepEqual([error.path, error.message], [path, message]);
      return true;
    },
  );
}

describe('a reader of options', () => {
  it('should tell by path and in words of the caller what is wrong, also of options inside of options', () => {
    refused('options', 'The "options" of a test must be an object', () => {}, null);
    refused('options', 'The "options" of a test must be an object', () => {}, []);
    refused('flga', 'The "flga" of a test is unknown; check its spelling', (r) => r.flag('flag', true), { flga: true });
    refused('a', 'The "a" of a test must be an object', (r) => r.inner('a'), { a: 5 });
    refused('a.b', 'The "a.b" of a test must be a whole number of at least 1', (r) => r.inner('a').whole('b', 1, 1), {
      a: { b: 0 },
    });
    refused('a.c', 'The "a.c" of a test is unknown; check its spelling', (r) => r.inner('a').end(), { a: { c: 1 } });
    refused('n', 'The "n" of a test must be a whole number from 1 to 5', (r) => r.whole('n', 1, 1, 5), { n: 6 });
  });

  it('should have words of its own for the options of a cluster', () => {
    assert.throws(() => new OptionReader('', 5), { path: '', message: 'Options must be an object' });
    assert.throws(() => new OptionReader('a', 5), { path: 'a', message: 'Option "a" must be an object' });
    assert.throws(() => new OptionReader('a', { b: '' }).text('b'), {
      path: 'a.b',
      message: 'Option "a.b" must be a text that is not empty',
    });
  });

  it('should give what is absent as the caller says', () => {
    const reader = new OptionReader('', undefined);
    assert.equal(reader.whole('a', undefined, 1), undefined);
    assert.equal(reader.whole('b', Infinity, 1), Infinity);
    assert.equal(reader.milliseconds('c', Infinity), Infinity);
    assert.equal(reader.duration('d', undefined), undefined);
    reader.inner('e').end();
    reader.end();
  });

  it('should tell times that a timer can wait for from times of any length', () => {
    for (const ms of [LONGEST_TIMER_MS + 1, Infinity]) {
      assert.equal(new OptionReader('', { ms }).milliseconds('ms', 1), ms);
      assert.throws(() => new OptionReader('', { ms }).duration('ms', 1), ConfigurationError);
    }
    assert.equal(new OptionReader('', { ms: LONGEST_TIMER_MS }).duration('ms', 1), LONGEST_TIMER_MS);
    for (const ms of [0, -1, Number.NaN, '5', null]) {
      assert.throws(() => new OptionReader('', { ms }).milliseconds('ms', 1), ConfigurationError);
      assert.throws(() => new OptionReader('', { ms }).duration('ms', 1), ConfigurationError);
    }
  });

  it('should hand over what it has not read', () => {
    const reader = new OptionReader('', { a: 1, b: undefined, c: 'x', ['__proto__']: 2 });
    reader.whole('a', 1, 1);
    const rest = reader.rest();
    assert.deepEqual(Object.entries(rest), [
      ['b', undefined],
      ['c', 'x'],
      ['__proto__', 2],
    ]);
  });
});
