import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationError } from '../../../src/errors/index.ts';
import { Ec2AddressTranslator, FixedAddressTranslator } from '../../../src/policies/index.ts';

describe('FixedAddressTranslator', () => {
  const translator = new FixedAddressTranslator({
    addresses: {
      '10.0.0.1': 'db.example.com',
      '10.0.0.1:9043': '192.168.0.1:19043',
      '[::1]:9042': '[2001:db8::1]:9142',
      '2001:db8::2': '[2001:db8::3]',
      '10.0.0.2': 'gateway:29042',
    },
  });

  for (const [address, port, host, to] of [
    ['10.0.0.1', 9042, 'db.example.com', 9042],
    ['10.0.0.1', 9043, '192.168.0.1', 19043],
    ['::1', 9042, '2001:db8::1', 9142],
    ['2001:db8::2', 9042, '2001:db8::3', 9042],
    ['10.0.0.2', 9042, 'gateway', 29042],
    ['10.0.0.3', 9042, '10.0.0.3', 9042],
    ['::1', 9043, '::1', 9043],
  ] as const) {
    it(`should translate ${address} with port ${port}`, async () => {
      assert.deepEqual(await translator.translate({ address, port }), { host, port: to });
    });
  }

  it('should refuse entries that are wrong, and name them', () => {
    for (const bad of ['', 'a b', 'host:0', 'host:65536', 'host:x', '[::1', ':9042', 5]) {
      assert.throws(
        () => new FixedAddressTranslator({ addresses: { '10.0.0.1': bad as string } }),
        (error) => error instanceof ConfigurationError && error.path === 'addressTranslator.addresses.10.0.0.1',
        String(bad),
      );
    }
    for (const [options, path] of [
      [{ addresses: { '': 'a' } }, 'addressTranslator.addresses.'],
      [{ addresses: ['10.0.0.1'] }, 'addressTranslator.addresses'],
      [{ addresses: null }, 'addressTranslator.addresses'],
      [{}, 'addressTranslator.addresses'],
      [undefined, 'addressTranslator'],
      [{ addresses: {}, x: 1 }, 'addressTranslator.x'],
    ] as const) {
      assert.throws(
        () => new FixedAddressTranslator(options as unknown as { addresses: Record<string, string> }),
        (error) => error instanceof ConfigurationError && error.path === path,
        path,
      );
    }
  });
});

describe('Ec2AddressTranslator', () => {
  const fail = (): Promise<never> => Promise.reject(new Error('NXDOMAIN'));

  it('should find the address that the name of an address stands for here', async () => {
    const asked: string[] = [];
    const translator = new Ec2AddressTranslator({
      reverseLookup: (address) => Promise.resolve([`ec2-${address}`]),
      lookup: (host) => {
        asked.push(host);
        return Promise.resolve(['10.1.2.3']);
      },
    });
    assert.deepEqual(await translator.translate({ address: '54.32.1.1', port: 9042 }), {
      host: '10.1.2.3',
      port: 9042,
    });
    assert.deepEqual(asked, ['ec2-54.32.1.1']);
  });

  it('should leave an address without a name, or whose name has no address, as it is', async () => {
    const named = (): Promise<string[]> => Promise.resolve(['ec2']);
    const none = (): Promise<string[]> => Promise.resolve([]);
    for (const [reverseLookup, lookup] of [
      [fail, named],
      [none, named],
      [named, fail],
      [named, none],
    ] as const) {
      const translator = new Ec2AddressTranslator({ reverseLookup, lookup });
      assert.deepEqual(await translator.translate({ address: '54.32.1.1', port: 1 }), { host: '54.32.1.1', port: 1 });
    }
  });

  it('should refuse options that are wrong', () => {
    type Options = ConstructorParameters<typeof Ec2AddressTranslator>[0];
    for (const [options, path] of [
      [{ lookup: fail }, 'reverseLookup'],
      [{ reverseLookup: fail }, 'lookup'],
      [{ reverseLookup: fail, lookup: 5 }, 'lookup'],
      [{ reverseLookup: fail, lookup: fail, x: 1 }, 'x'],
    ] as const) {
      assert.throws(
        () => new Ec2AddressTranslator(options as unknown as Options),
        (error) => error instanceof ConfigurationError && error.path === `addressTranslator.${path}`,
      );
    }
  });
});
