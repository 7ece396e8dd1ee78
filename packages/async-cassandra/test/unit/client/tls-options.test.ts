import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tlsOptionsFor } from '../../../src/client/tls-options.ts';
import { ConfigurationError } from '../../../src/errors/index.ts';

const endPoint = { host: '10.0.0.1', port: 9042 };

describe('tlsOptionsFor', () => {
  it('should mean plain TCP when absent or false', () => {
    assert.equal(tlsOptionsFor(undefined)(endPoint), undefined);
    assert.equal(tlsOptionsFor(false)(endPoint), undefined);
  });

  it('should mean the defaults of node:tls when true: they verify', () => {
    assert.deepEqual(tlsOptionsFor(true)(endPoint), {});
  });

  it('should give the options as they are', () => {
    const options = { ca: 'pem', servername: 'db' };
    assert.equal(tlsOptionsFor(options)(endPoint), options);
  });

  it('should ask a function for every connection', () => {
    const asked: unknown[] = [];
    const tls = tlsOptionsFor((to) => {
      asked.push(to);
      return { servername: `${asked.length}` };
    });
    assert.deepEqual(tls(endPoint), { servername: '1' });
    assert.deepEqual(tls({ host: 'b', port: 1 }), { servername: '2' });
    assert.deepEqual(asked, [endPoint, { host: 'b', port: 1 }]);
  });

  it('should never fall back to plain TCP, or to defaults, when the function returns nothing of use', () => {
    for (const result of [undefined, null, false, true, 'x', [], Promise.resolve({ servername: 'db' })]) {
      assert.throws(
        () => tlsOptionsFor((() => result) as never)(endPoint),
        (error) => error instanceof ConfigurationError && error.path === 'tls',
      );
    }
  });
});
