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

  it('should read numbers of a range, whole or not', () => {
    for (const value of [0, 0.5, 1.5, 2]) assert.equal(new OptionReader('', { n: value }).number('n', 1, 0, 2), value);
    assert.equal(new OptionReader('', { n: 2 ** 53 - 1 }).number('n', 1, 0), 2 ** 53 - 1);
    assert.equal(new OptionReader('', { n: undefined }).number('n', 7, 8, 9), 7);
    assert.equal(new OptionReader('', undefined).number('n', undefined, 0), undefined);
    for (const value of [-0.001, 2.001, Number.NaN, Infinity, -Infinity, '1', null, true, 1n, [1]]) {
      const read = (r: OptionReader): unknown => r.number('n', 1, 0, 2);
      refused('n', 'The "n" of a test must be a number from 0 to 2', read, { n: value });
    }
    for (const value of [0.999, 2 ** 53, Infinity]) {
      const read = (r: OptionReader): unknown => r.number('n', 1, 1);
      refused('n', 'The "n" of a test must be a number of at least 1', read, { n: value });
    }
  });

  it('should read different texts into an array of its own', () => {
    const given = ['b', 'a'];
    const texts = new OptionReader('', { t: given }).texts('t');
    assert.deepEqual(texts, given);
    assert.ok(Object.isFrozen(texts));
    given.push('c');
    assert.deepEqual(texts, ['b', 'a']);
    assert.deepEqual(new OptionReader('', { t: [] }).texts('t'), []);
    assert.equal(new OptionReader('', {}).texts('t'), undefined);
    const sparse: string[] = [];
    sparse[1] = 'b';
    for (const t of [
      ['a', 'a'],
      ['a', ''],
      ['a', 5],
      [undefined],
      sparse,
      'ab',
      new Set(['a']),
      { 0: 'a', length: 1 },
      null,
    ]) {
      const read = (r: OptionReader): unknown => r.texts('t');
      refused('t', 'The "t" of a test must be an array of different texts that are not empty', read, { t });
    }
  });

  it('should tell what is required and absent, and first how it was misspelt', () => {
    const read = (reader: OptionReader): number => {
      const value = reader.number('size', undefined, 0);
      reader.end();
      return reader.required('size', value);
    };
    assert.equal(read(new OptionReader('', { size: 0 })), 0);
    refused('size', 'The "size" of a test is required', read, {});
    refused('size', 'The "size" of a test is required', read, { size: undefined });
    refused('sice', 'The "sice" of a test is unknown; check its spelling', read, { sice: 1 });
  });

  it('should refuse absent options when some are required', () => {
    for (const options of [undefined, null, 5, []])
      assert.throws(() => OptionReader.ofGiven('a', options), { path: 'a', message: 'Option "a" must be an object' });
    assert.equal(OptionReader.ofGiven('a', { b: 1 }).raw('b'), 1);
  });

  it('should refuse what is unknown also when all else is fine', () => {
    const read = (r: OptionReader): unknown => [r.number('n', 1, 0), r.texts('t'), r.text('s'), r.functionOf('f')];
    const fine = { n: 1, t: ['a'], s: 'b', f: () => 1 };
    refused('x', 'The "x" of a test is unknown; check its spelling', read, { ...fine, x: undefined });
    const reader = new OptionReader('', fine);
    read(reader);
    reader.end();
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
