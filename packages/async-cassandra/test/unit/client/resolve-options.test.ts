import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { AsyncCluster, type ClusterOptions } from '../../../src/client/index.ts';
import { type ResolvedOptions, resolveOptions } from '../../../src/client/resolve-options.ts';
import { ConfigurationError } from '../../../src/errors/index.ts';
import { codecs } from '../../../src/codecs/index.ts';
import { optionCases, profileCases, withOption } from './option-cases.ts';

function refuses(options: unknown, path: string, message?: RegExp): void {
  assert.throws(
    () => resolveOptions(options as ClusterOptions),
    (error) => {
      assert.ok(error instanceof ConfigurationError, `${inspect(options)} gave ${String(error)}`);
      assert.equal(error.path, path);
      if (path !== '') assert.ok(error.message.includes(path), error.message);
      if (message !== undefined) assert.match(error.message, message);
      return true;
    },
    `${inspect(options)} was accepted`,
  );
}

describe('resolveOptions', () => {
  it('should take no options at all', () => {
    const resolved = resolveOptions({});
    assert.deepEqual(resolved.contactPoints, [{ host: '127.0.0.1', port: 9042 }]);
    assert.equal(resolved.authProvider, undefined);
    assert.equal(resolved.tls, undefined);
    assert.equal(resolved.profiles.size, 0);
    assert.equal(resolved.registry.undefinedAsUnset, false);
  });

  it('should refuse what are no options', () => {
    for (const options of [null, [], 'localhost', 9042, true, () => undefined]) refuses(options, '');
  });

  for (const { path, read, absent, good, bad } of optionCases) {
    describe(path, () => {
      it('should have its default, also when it is undefined', () => {
        for (const options of [{}, withOption(path, undefined)]) {
          const value = read(resolveOptions(options));
          if (typeof absent === 'function') assert.ok((absent as (value: unknown) => boolean)(value), inspect(value));
          else assert.equal(value, absent);
        }
      });

      it('should take what is in its range', () => {
        for (const value of good) assert.deepEqual(read(resolveOptions(withOption(path, value))), value);
      });

      it('should refuse everything else, naming its path', () => {
        for (const value of bad) refuses(withOption(path, value), path);
      });
    });
  }

  it('should refuse unknown options at every level, naming their path', () => {
    refuses({ contactPoint: ['10.0.0.1'] }, 'contactPoint', /unknown/);
    refuses({ Keyspace: 'shop' }, 'Keyspace');
    refuses({ pooling: { coreConnections: 2 } }, 'pooling.coreConnections');
    refuses({ limits: { maxInflight: 1 } }, 'limits.maxInflight');
    refuses({ credentials: { username: 'a', password: 'b', realm: 'c' } }, 'credentials.realm');
    refuses({ executionProfiles: { slow: { timeoutMs: 1 } } }, 'executionProfiles.slow.timeoutMs');
    refuses({ encoding: { codec: [] } }, 'encoding.codec');
    refuses({ extra: undefined }, 'extra');
    refuses(JSON.parse('{ "__proto__": {} }'), '__proto__');
  });

  it('should refuse groups that are no objects', () => {
    for (const group of ['pooling', 'limits', 'credentials', 'encoding', 'executionProfiles'])
      for (const value of [null, [], 'text', 1, true]) refuses({ [group]: value }, group);
  });

  it('should be what every cluster does with its options', () => {
    assert.throws(() => new AsyncCluster({ fetchSize: 0 }), ConfigurationError);
    assert.throws(() => new AsyncCluster({ nonsense: 1 } as ClusterOptions), ConfigurationError);
  });

  it('should give each cluster policies of its own', () => {
    const [one, other] = [resolveOptions({}), resolveOptions({})];
    assert.notEqual(one.defaultProfile.loadBalancingPolicy, other.defaultProfile.loadBalancingPolicy);
    assert.notEqual(one.timestampGenerator, other.timestampGenerator);
    assert.notEqual(one.registry, other.registry);
  });

  it('should never change the options that it is given', () => {
    const options = Object.freeze({
      contactPoints: Object.freeze(['a', 'b']),
      pooling: Object.freeze({ connectionsPerNode: 2 }),
      executionProfiles: Object.freeze({ slow: Object.freeze({ fetchSize: 1 }) }),
    });
    assert.equal(resolveOptions(options).connectionsPerNode, 2);
  });

  describe('throwOnOverload', () => {
    it('should be told in STARTUP when it is true', () => {
      assert.equal(resolveOptions({ throwOnOverload: true }).startup.get('THROW_ON_OVERLOAD'), '1');
      assert.equal(resolveOptions({ throwOnOverload: false }).startup.has('THROW_ON_OVERLOAD'), false);
    });
  });

  describe('lookup', () => {
    it('should replace the lookup of the system and nothing else', async () => {
      const seams = resolveOptions({}).seams;
      const resolved = resolveOptions({ lookup: async () => ['10.9.9.9'] }, seams);
      assert.deepEqual(await resolved.seams.lookup('anything'), ['10.9.9.9']);
      assert.equal(resolved.seams.sockets, seams.sockets);
      assert.equal(resolved.seams.timers, seams.timers);
    });
  });

  describe('compression and protocolVersion', () => {
    it('should agree: snappy exists on version 4 alone', () => {
      refuses({ compression: 'snappy', protocolVersion: 5 }, 'compression', /snappy/);
      assert.equal(resolveOptions({ compression: 'snappy' }).protocolVersion, 4);
      assert.equal(resolveOptions({ compression: 'snappy', protocolVersion: 4 }).protocolVersion, 4);
      assert.equal(resolveOptions({ compression: 'lz4' }).protocolVersion, undefined);
    });
  });

  describe('schemaKeyspaces', () => {
    it('should be names, each of them', () => {
      for (const name of [null, '', 1, undefined]) refuses({ schemaKeyspaces: ['a', name] }, 'schemaKeyspaces[1]');
    });
  });

  describe('credentials', () => {
    const credentials = { username: 'ada', password: 'secret' };
    const provider = { newAuthenticator: () => ({}) };

    it('should become a provider of plain-text authentication', async () => {
      const { authProvider } = resolveOptions({ credentials });
      const authenticator = authProvider?.newAuthenticator('n', 'org.apache.cassandra.auth.PasswordAuthenticator');
      assert.deepEqual(await authenticator?.initialResponse(), Buffer.from('\0ada\0secret'));
    });

    it('should have a user name, and a password that may be empty', () => {
      assert.ok(resolveOptions({ credentials: { username: 'ada', password: '' } }).authProvider);
      for (const username of [undefined, null, '', 1])
        refuses({ credentials: { ...credentials, username } }, 'credentials.username');
      for (const password of [undefined, null, 1, Buffer.from('x')])
        refuses({ credentials: { ...credentials, password } }, 'credentials.password');
    });

    it('should hold no character that parts user name from password on the wire', () => {
      refuses({ credentials: { username: 'a\0b', password: 'c' } }, 'credentials.username');
      refuses({ credentials: { username: 'a', password: 'b\0c' } }, 'credentials.password');
    });

    it('should exclude an authProvider', () => {
      refuses({ credentials, authProvider: provider }, 'credentials', /authProvider/);
    });
  });

  describe('authProvider', () => {
    it('should have the one method that is needed', () => {
      const authProvider = { newAuthenticator: () => ({ initialResponse: () => null, evaluateChallenge: () => null }) };
      assert.equal(resolveOptions({ authProvider }).authProvider, authProvider);
      for (const value of [null, {}, [], 'x', { newAuthenticator: 1 }, class {}])
        refuses({ authProvider: value }, 'authProvider');
    });
  });

  describe('tls', () => {
    it('should be true, false, options, or a function that makes them', () => {
      for (const tls of [true, false, {}, { servername: 'db' }, () => ({})])
        assert.equal(resolveOptions({ tls }).tls, tls);
      for (const tls of [null, 'true', 1, []]) refuses({ tls }, 'tls');
    });
  });

  describe('encoding', () => {
    it('should reach the codecs', () => {
      const { registry } = resolveOptions({ encoding: { undefinedAsUnset: true, codecs: [codecs.bigintAsString] } });
      assert.equal(registry.undefinedAsUnset, true);
    });

    it('should name the path of what is wrong inside', () => {
      refuses({ encoding: { undefinedAsUnset: 'yes' } }, 'encoding.undefinedAsUnset');
      refuses({ encoding: { codecs: {} } }, 'encoding.codecs');
      refuses({ encoding: { codecs: [{}] } }, 'encoding.codecs[0]');
      const twice = [codecs.bigintAsString, codecs.bigintAsNumber];
      refuses({ encoding: { codecs: twice } }, 'encoding.codecs[1]');
    });
  });

  describe('executionProfiles', () => {
    const prefix = ['executionProfiles', 'slow'];
    const ofProfile = (resolved: ResolvedOptions): Record<string, unknown> =>
      resolved.profiles.get('slow') as unknown as Record<string, unknown>;

    for (const { path, good, bad } of profileCases) {
      it(`should check ${path} as the cluster's own option`, () => {
        for (const value of good)
          assert.deepEqual(ofProfile(resolveOptions(withOption(path, value, prefix)))[path], value);
        for (const value of bad) refuses(withOption(path, value, prefix), [...prefix, path].join('.'));
      });

      it(`should inherit ${path} from the cluster's own option`, () => {
        for (const value of good) {
          const options = { ...withOption(path, value), executionProfiles: { slow: {}, other: { [path]: good[0] } } };
          assert.equal(ofProfile(resolveOptions(options as ClusterOptions))[path], value);
        }
      });
    }

    it('should share the policies of the cluster when they name none', () => {
      const { defaultProfile, profiles } = resolveOptions({ executionProfiles: { slow: { fetchSize: 1 } } });
      assert.deepEqual(profiles.get('slow'), { ...defaultProfile, fetchSize: 1 });
      assert.equal(profiles.get('slow')?.loadBalancingPolicy, defaultProfile.loadBalancingPolicy);
    });

    it('should have any name, and no others', () => {
      const executionProfiles = JSON.parse('{ "__proto__": {}, "constructor": {}, "": {} }') as Record<string, object>;
      const { profiles } = resolveOptions({ executionProfiles });
      assert.deepEqual([...profiles.keys()], ['__proto__', 'constructor', '']);
      assert.equal(profiles.get('toString'), undefined);
    });

    it('should refuse a profile that is none', () => {
      for (const slow of [null, [], 'LOCAL_ONE', 1]) refuses({ executionProfiles: { slow } }, 'executionProfiles.slow');
    });
  });
});
