import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { OptionReader } from '../../../src/errors/index.ts';
import { startupOptions } from '../../../src/client/startup-options.ts';
import { VERSION } from '../../../src/client/version.ts';

describe('startupOptions', () => {
  it('should name the driver and its version', () => {
    assert.deepEqual(Object.fromEntries(startupOptions(new OptionReader('', {}))), {
      CQL_VERSION: '3.0.0',
      DRIVER_NAME: 'async-cassandra for Node.js',
      DRIVER_VERSION: VERSION,
    });
  });

  it('should name the application and ask for errors when overloaded', () => {
    const reader = new OptionReader('', { applicationName: 'shop', applicationVersion: '2', throwOnOverload: true });
    const { APPLICATION_NAME, APPLICATION_VERSION, THROW_ON_OVERLOAD } = Object.fromEntries(startupOptions(reader));
    assert.deepEqual([APPLICATION_NAME, APPLICATION_VERSION, THROW_ON_OVERLOAD], ['shop', '2', '1']);
  });
});

describe('VERSION', () => {
  it('should be that of package.json', () => {
    const file = join(import.meta.dirname, '../../../package.json');
    assert.equal(VERSION, (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version);
  });
});
