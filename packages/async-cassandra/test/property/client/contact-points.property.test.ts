import assert from 'node:assert/strict';
import { isIPv4, isIPv6 } from 'node:net';
import { describe, it } from 'node:test';
import { fc } from '../../support/fast-check.ts';
import { parseContactPoint } from '../../../src/client/parse-contact-point.ts';
import { ConfigurationError } from '../../../src/errors/index.ts';
import { propertyRuns } from '../../support/property-runs.ts';

describe('contact points', () => {
  it('should give what a socket can use or a ConfigurationError, for any text', () => {
    const pieces = fc.constantFrom(
      '[',
      ']',
      ':',
      '::',
      '.',
      '%',
      '0',
      '1',
      '255',
      '9042',
      'ff',
      'host',
      ' ',
      '-',
      '@',
      '/',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 12 }).map((some) => some.join('')),
    );
    fc.assert(
      fc.property(text, (input) => {
        let point;
        try {
          point = parseContactPoint(input, 0, 9042);
        } catch (error) {
          assert.ok(error instanceof ConfigurationError, String(error));
          return;
        }
        const { host, port } = point;
        assert.ok(Number.isInteger(port) && port >= 1 && port <= 65_535);
        assert.doesNotMatch(host, /[\s[\]/@]/);
        if (host.includes(':')) assert.ok(isIPv6(host), host);
        else if (/^[\d.]+$/.test(host)) assert.ok(isIPv4(host), host);
      }),
      { numRuns: propertyRuns(3000) },
    );
  });

  it('should read every address that there is, with and without a port', () => {
    const address = fc.oneof(fc.ipV4(), fc.ipV6());
    fc.assert(
      fc.property(address, fc.integer({ min: 1, max: 65_535 }), (host, port) => {
        const quoted = host.includes(':') ? `[${host}]` : host;
        assert.deepEqual(parseContactPoint(host, 0, port), { host, port });
        assert.deepEqual(parseContactPoint(`${quoted}:${port}`, 0, 1), { host, port });
      }),
      { numRuns: propertyRuns(1000) },
    );
  });
});
