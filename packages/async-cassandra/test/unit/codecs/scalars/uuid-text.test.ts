import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { readUuid, writeUuid } from '../../../../src/codecs/scalars/uuid-text.ts';

describe('uuid text', () => {
  it('should be read and written at any offset, in either case', () => {
    for (let i = 0; i < 500; i++) {
      const text = randomUUID();
      const bytes = Buffer.alloc(40, 0xee);
      const at = i % 20;
      assert.ok(writeUuid(i % 2 === 0 ? text : text.toUpperCase(), bytes, at));
      assert.equal(bytes.toString('hex', at, at + 16), text.replaceAll('-', ''));
      assert.ok(
        bytes.subarray(0, at).every((byte) => byte === 0xee) && bytes.subarray(at + 16).every((byte) => byte === 0xee),
      );
      assert.equal(readUuid(bytes, at), text);
    }
  });

  it('should be refused when any character is not what belongs there, and leave the bytes alone', () => {
    const text = '5f3a1c2e-7b4d-4e6f-8a91-0b2c3d4e5f60';
    for (let i = 0; i < text.length; i++) {
      for (const wrong of ['g', '/', ':', '@', 'G', '`', '-', ' ', '\u0130', '\uff11', '\ud800', '0']) {
        if (wrong === '-' ? text[i] === '-' : wrong === '0' && text[i] !== '-') continue;
        const bytes = new Uint8Array(16);
        assert.equal(writeUuid(text.slice(0, i) + wrong + text.slice(i + 1), bytes, 0), false, `${wrong} at ${i}`);
        assert.ok(bytes.every((byte) => byte === 0));
      }
    }
    for (const wrong of ['', text.slice(1), `${text}0`, `{${text}}`, text.replaceAll('-', '')])
      assert.equal(writeUuid(wrong, new Uint8Array(16), 0), false);
  });
});
