import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { formatUuid, parseUuid } from '../../../src/protocol/uuid.ts';

describe('UUID text', () => {
  it('should be read and written as node:crypto has it', () => {
    for (let i = 0; i < 200; i++) {
      const text = randomUUID();
      const bytes = Buffer.alloc(18, 0xee);
      assert.equal(parseUuid(text, bytes, 1), true);
      assert.equal(bytes.toString('hex', 1, 17), text.replaceAll('-', ''));
      assert.equal(bytes[0], 0xee);
      assert.equal(bytes[17], 0xee);
      assert.equal(formatUuid(bytes, 1), text);
    }
  });

  it('should show every byte value', () => {
    for (let start = 0; start < 256; start += 16) {
      const bytes = Buffer.from(Array.from({ length: 16 }, (_, i) => start + i));
      assert.equal(formatUuid(bytes, 0).replaceAll('-', ''), bytes.toString('hex'));
    }
  });

  it('should accept upper case', () => {
    const bytes = Buffer.alloc(16);
    assert.equal(parseUuid('C0D1D21E-BB01-4196-86DB-BC317BC1796A', bytes, 0), true);
    assert.equal(formatUuid(bytes, 0), 'c0d1d21e-bb01-4196-86db-bc317bc1796a');
  });

  it('should refuse what is not a UUID', () => {
    for (const text of [
      '',
      '{c0d1d21e-bb01-4196-86db-bc317bc1796a}',
      'c0d1d21ebb01419686dbbc317bc1796a',
      'c0d1d21e-bb01-4196-86db-bc317bc1796',
      'c0d1d21e-bb01-4196-86db-bc317bc1796ab',
      'c0d1d21e-bb01-4196-86db_bc317bc1796a',
      'c0d1d21g-bb01-4196-86db-bc317bc1796a',
      'c0d1d21e-bb01-4196-86db-bc317bc1796/',
      'c0d1d21e-bb01-4196-86db-bc317bc1796`',
      'c0d1d21e-bb01-4196-86db-bc317bc1796:',
      'c0d1d21e-bb01-4196-86db-bc317bc1796@',
      'c0d1d21e-bb01-4196-86db-bc317bc1796ã',
    ]) {
      assert.equal(parseUuid(text, Buffer.alloc(16), 0), false, text);
    }
  });

  it('should refuse any character where it does not belong, and leave the bytes alone', () => {
    const text = '5f3a1c2e-7b4d-4e6f-8a91-0b2c3d4e5f60';
    for (let i = 0; i < text.length; i++) {
      const isDash = text[i] === '-';
      for (const wrong of [...'g/:@G` \u0130\uff11\ud800', isDash ? '0' : '-']) {
        const bytes = new Uint8Array(16);
        assert.equal(parseUuid(text.slice(0, i) + wrong + text.slice(i + 1), bytes, 0), false, `${wrong} at ${i}`);
        assert.ok(bytes.every((byte) => byte === 0));
      }
    }
  });
});
