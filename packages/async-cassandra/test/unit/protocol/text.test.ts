import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolError } from '../../../src/errors/index.ts';
import { decodeUtf8, encodeUtf8 } from '../../../src/protocol/text.ts';

const samples = [
  '',
  'a',
  'key',
  'γειά σου',
  '€',
  '𝒳𝒴',
  'naïve',
  '\u0000',
  '\ufffd',
  '\ufeffbom',
  'x'.repeat(300),
  'é'.repeat(300),
];

describe('decodeUtf8', () => {
  it('should decode every length on both sides of the switch to native code', () => {
    for (let length = 0; length < 40; length++) {
      for (const unit of ['a', 'ä', '€', '𝒳']) {
        const text = 'b'.repeat(length) + unit;
        const bytes = Buffer.from(`<${text}>`);
        assert.equal(decodeUtf8(bytes, 1, bytes.length - 1), text);
      }
    }
  });

  it('should keep a replacement character that is in the data', () => {
    const bytes = Buffer.from('a\ufffdb');
    assert.equal(decodeUtf8(bytes, 0, bytes.length), 'a\ufffdb');
  });

  it('should refuse bytes that are not UTF-8', () => {
    for (const hex of [
      'ff',
      '80',
      'c3',
      'c0af',
      'eda080',
      'f4908080',
      `${'61'.repeat(50)}e282`,
      `${'61'.repeat(11)}80`,
    ]) {
      const bytes = Buffer.from(hex, 'hex');
      assert.throws(() => decodeUtf8(bytes, 0, bytes.length), ProtocolError, hex);
    }
  });
});

describe('encodeUtf8', () => {
  it('should write what Buffer.from writes', () => {
    for (const text of samples) {
      const target = Buffer.alloc(text.length * 3 + 2, 0xee);
      const written = encodeUtf8(text, target, 1);
      assert.equal(target.toString('hex', 1, 1 + written), Buffer.from(text).toString('hex'));
      assert.equal(target[0], 0xee);
      assert.equal(decodeUtf8(target, 1, 1 + written), text);
    }
  });

  it('should write lone surrogates as replacement characters', () => {
    const target = Buffer.alloc(20);
    const written = encodeUtf8('a\ud800b', target, 0);
    assert.equal(target.toString('utf8', 0, written), 'a\ufffdb');
  });
});
