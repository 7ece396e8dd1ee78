import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatInetAddress } from '../../../src/protocol/inet.ts';

function format(hex: string): string {
  const bytes = Buffer.from(`ff${hex}ff`, 'hex');
  return formatInetAddress(bytes, 1, hex.length === 8 ? 4 : 16);
}

describe('formatInetAddress', () => {
  it('should write IPv4 in dotted form', () => {
    assert.equal(format('c0a80101'), '192.168.1.1');
    assert.equal(format('00000000'), '0.0.0.0');
    assert.equal(format('ffffffff'), '255.255.255.255');
  });

  it('should write IPv6 in the canonical form of RFC 5952', () => {
    const cases: [string, string][] = [
      ['00000000000000000000000000000000', '::'],
      ['00000000000000000000000000000001', '::1'],
      ['20010db885a3000000008a2e03707334', '2001:db8:85a3::8a2e:370:7334'],
      ['20010db8000000000001000000000001', '2001:db8::1:0:0:1'],
      ['20010db8000000010001000100010001', '2001:db8:0:1:1:1:1:1'],
      ['20010db8000000000000000000020000', '2001:db8::2:0'],
      ['fe800000000000000000000000000000', 'fe80::'],
      ['00010000000000000000000000000000', '1::'],
      ['00000000000000000000000000010000', '::1:0'],
      ['0001000200030004000500060007abcd', '1:2:3:4:5:6:7:abcd'],
      ['00000002000300040005000600070000', '0:2:3:4:5:6:7:0'],
      ['00010000000000040005000000000000', '1:0:0:4:5::'],
      ['00000000000000000000ffffc0a80101', '::ffff:192.168.1.1'],
    ];
    for (const [hex, text] of cases) assert.equal(format(hex), text);
  });

  it('should shorten as the URL standard does, for every pattern of zero groups', () => {
    for (let pattern = 0; pattern < 256; pattern++) {
      const groups = Array.from({ length: 8 }, (_, i) => ((pattern >> i) & 1 ? 'a0b' : '0'));
      const hex = groups.map((group) => group.padStart(4, '0')).join('');
      const expected = new URL(`http://[${groups.join(':')}]/`).hostname;
      assert.equal(`[${format(hex)}]`, expected);
    }
  });
});
