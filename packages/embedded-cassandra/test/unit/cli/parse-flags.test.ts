import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { collect, parseDataCenters, parseInteger, parseList, parseSetting } from '../../../src/cli/parse-flags.ts';

describe('flags of the command line', () => {
  it('should read data centres with and without numbers of nodes', () => {
    assert.deepEqual(parseDataCenters('dc1, dc2'), ['dc1', 'dc2']);
    assert.deepEqual(parseDataCenters('dc1:2,dc2:1'), { dc1: 2, dc2: 1 });
    assert.throws(() => parseDataCenters('dc1:x'), { message: /whole number/ });
  });

  it('should read settings as JSON, or else as text', () => {
    assert.deepEqual(parseSetting('auto_snapshot=true'), ['auto_snapshot', true]);
    assert.deepEqual(parseSetting('a={"b":[1]}'), ['a', { b: [1] }]);
    assert.deepEqual(parseSetting('read_request_timeout=10s'), ['read_request_timeout', '10s']);
    assert.deepEqual(parseSetting('x=y=z'), ['x', 'y=z']);
    assert.throws(() => parseSetting('=x'), { message: /setting=value/ });
    assert.throws(() => parseSetting('x'), { message: /setting=value/ });
  });

  it('should read numbers and lists, and collect what is repeated', () => {
    assert.equal(parseInteger('12'), 12);
    for (const text of ['-1', '1.5', '', '0x10']) assert.throws(() => parseInteger(text), `"${text}" was taken`);
    assert.deepEqual(parseList('a, b'), ['a', 'b']);
    assert.deepEqual(collect(parseInteger)('2', collect(parseInteger)('1', undefined)), [1, 2]);
  });
});
