import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseContactPoint } from '../../../src/client/parse-contact-point.ts';
import { resolveOptions } from '../../../src/client/resolve-options.ts';
import { ConfigurationError } from '../../../src/errors/index.ts';

const parse = (text: unknown): string => {
  const { host, port } = parseContactPoint(text, 0, 9042);
  return `${host} ${port}`;
};

describe('parseContactPoint', () => {
  const good: Readonly<Record<string, string>> = {
    '127.0.0.1': '127.0.0.1 9042',
    '10.0.0.1:9043': '10.0.0.1 9043',
    '0.0.0.0:1': '0.0.0.0 1',
    localhost: 'localhost 9042',
    'localhost:65535': 'localhost 65535',
    'cassandra.internal:9043': 'cassandra.internal 9043',
    'cassandra-0.cassandra.default.svc.cluster.local.': 'cassandra-0.cassandra.default.svc.cluster.local. 9042',
    cassandra_1: 'cassandra_1 9042',
    'node1.db': 'node1.db 9042',
    '1node': '1node 9042',
    'b\u00fccher.example:9042': 'b\u00fccher.example 9042',
    '  10.0.0.1\t': '10.0.0.1 9042',
    '::1': '::1 9042',
    '[::1]': '::1 9042',
    '[::1]:9043': '::1 9043',
    '::': ':: 9042',
    '2001:db8::8a2e:370:7334': '2001:db8::8a2e:370:7334 9042',
    '2001:0DB8:0:0:0:0:0:1': '2001:0DB8:0:0:0:0:0:1 9042',
    '::ffff:10.0.0.1': '::ffff:10.0.0.1 9042',
    '[::ffff:10.0.0.1]:7': '::ffff:10.0.0.1 7',
    'fe80::1%eth0': 'fe80::1%eth0 9042',
    '[fe80::1%2]:9043': 'fe80::1%2 9043',
  };
  for (const [text, expected] of Object.entries(good)) {
    it(`should read ${JSON.stringify(text)}`, () => assert.equal(parse(text), expected));
  }

  const bad: readonly unknown[] = [
    ...['', ' ', ':', ':9042', 'host:', 'host:0', 'host:65536', 'host:99999999999999999999', 'host:-1', 'host:9o42'],
    ...['host:9042:9042', 'a b', 'cass andra:1', 'http://host:9042', 'user@host', 'user:pw@host', 'host/path', 'a,b'],
    ...['10.0.0.1,10.0.0.2', '-host', '.host', 'a..b', 'host..', 'a\0b', 'a\nb:1', '$HOST', '%68ost'],
    ...['10.0.0', '10.0.0.256', '10.0.0.01', '1.2.3.4.5', '10', '10:9042', '999.1.1.1:9042'],
    ...['[]', '[]:9042', '[::1', '::1]', '[::1]9042', '[::1]:', '[::1]:0', '[::1]:65536', '[[::1]]', '[host]:9042'],
    ...['[10.0.0.1]', ':::', '1::2::3', '12345::', 'g::1', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '::1%', '::1%e/0'],
    ...['::ffff:10.0.0.256', `${'a'.repeat(254)}`, 1, null, undefined, {}, ['a'], true, Symbol('s')],
  ];
  for (const text of bad) {
    it(`should refuse ${typeof text === 'string' ? JSON.stringify(text.slice(0, 40)) : String(text)}`, () => {
      assert.throws(
        () => parseContactPoint(text, 3, 9042),
        (error) => error instanceof ConfigurationError && error.path === 'contactPoints[3]',
      );
    });
  }

  it('should say nothing of the text, which may hold a password', () => {
    assert.throws(
      () => parse('cassandra:hunter2@db'),
      (error: Error) => !error.message.includes('hunter2'),
    );
  });
});

describe('contactPoints', () => {
  it('should take the port of the option `port`', () => {
    const { contactPoints } = resolveOptions({ contactPoints: ['a', 'b:1', '[::1]'], port: 19_042 });
    assert.deepEqual(contactPoints, [
      { host: 'a', port: 19_042 },
      { host: 'b', port: 1 },
      { host: '::1', port: 19_042 },
    ]);
  });

  it('should be a list that is not empty, without holes', () => {
    for (const contactPoints of [null, [], 'localhost', {}, 1, new Set(['a'])])
      assert.throws(() => resolveOptions({ contactPoints } as never), { path: 'contactPoints' });
    // eslint-disable-next-line no-sparse-arrays
    assert.throws(() => resolveOptions({ contactPoints: ['a', , 'b'] } as never), { path: 'contactPoints[1]' });
  });
});
