import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { describe, it } from 'node:test';
import { fc } from '../../../support/fast-check.ts';
import { parseInet } from '../../../../src/codecs/scalars/inet-text.ts';
import { formatInetAddress } from '../../../../src/protocol/index.ts';

describe('inet text', () => {
  it('should be read in every form that an address has', () => {
    const forms: readonly [string, string][] = [
      ['1.2.3.4', '01020304'],
      ['::', '00000000000000000000000000000000'],
      ['::1', '00000000000000000000000000000001'],
      ['1::', '00010000000000000000000000000000'],
      ['2001:DB8::8:800:200c:417A', '20010db80000000000080800200c417a'],
      ['::ffff:1.2.3.4', '00000000000000000000ffff01020304'],
      ['1:2:3:4:5:6:1.2.3.4', '00010002000300040005000601020304'],
      ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
      ['fe80:0000:0000:0000:0000:0000:0000:0001', 'fe800000000000000000000000000001'],
    ];
    for (const [text, hex] of forms) assert.equal(Buffer.from(parseInet(text) ?? []).toString('hex'), hex, text);
  });

  it('should be refused in every other', () => {
    for (const text of [
      '',
      '1.2.3',
      '1.2.3.4.5',
      '01.2.3.4',
      '256.1.1.1',
      '1.2.3.4 ',
      '::1%eth0',
      ':::',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '1:2:3:4:5:6:7:8::',
      '::1.2.3',
      '1.2.3.4::',
      '12345::',
      'g::',
      ':1',
      '1:',
      '::1:',
      '1.2.3.4:5::',
      'localhost',
      '::ffff:01.2.3.4',
    ]) {
      assert.equal(parseInet(text), null, text);
    }
  });

  it('should be an address exactly where the platform says so', () => {
    const piece = fc.constantFrom('0', '1', 'ff', 'FFFF', ':', '::', '.', '1.2.3.4', '255', '256', '00', 'g');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 12 }).map((all) => all.join('')),
          fc.ipV4(),
          fc.ipV6(),
        ),
        (text) => {
          const bytes = parseInet(text);
          const version = isIP(text);
          assert.equal(bytes === null ? 0 : bytes.length === 4 ? 4 : 6, version, text);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('should read back what is written', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ minLength: 4, maxLength: 4 }),
          fc.uint8Array({ minLength: 16, maxLength: 16 }),
          fc.array(fc.constantFrom(0, 0, 0, 1, 255), { minLength: 16, maxLength: 16 }),
        ),
        (bytes) => {
          const text = formatInetAddress(Uint8Array.from(bytes), 0, bytes.length as 4 | 16);
          assert.deepEqual(parseInet(text), [...bytes]);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
