import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { fc } from '../../support/fast-check.ts';
import { AsyncCluster, type ClusterOptions } from '../../../src/client/index.ts';
import { AsyncCassandraError } from '../../../src/errors/index.ts';
import { error, never, passwordAuth, type ScriptedClusterOptions, saslAuth } from '../../support/index.ts';
import { propertyRuns } from '../../support/property-runs.ts';
import { ClusterHarness } from '../../unit/client/cluster-harness.ts';

/** Texts that occur nowhere by chance. */
const secret = fc
  .tuple(fc.stringMatching(/^[A-Za-z]{6}$/), fc.string({ minLength: 1, maxLength: 20 }), fc.nat({ max: 999_999 }))
  .map(([start, middle, end]) => `${start}\u00a7${middle.replaceAll('\0', '')}\u00a7${end}`);

/** Ways to be refused. */
const failures: Readonly<Record<string, ScriptedClusterOptions>> = {
  'another password': { auth: passwordAuth({ ada: 'other' }) },
  'an unknown authenticator': { auth: passwordAuth({}, 'com.example.Unknown') },
  'a challenge': {
    auth: saslAuth('org.apache.cassandra.auth.PasswordAuthenticator', [null, null], [Buffer.from('more')]),
  },
  'an error after authentication': {},
  'no answer': {},
  'a dead node': {},
};

/** Everything that can be printed of a value, hidden properties too, and the forms that a password may take in it. */
function assertHides(value: unknown, password: string, what: string): void {
  const printed = inspect(value, { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null });
  const serialised = JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}` : inner));
  const bytes = Buffer.from(password);
  const forms = [password, JSON.stringify(password).slice(1, -1), bytes.toString('hex'), bytes.toString('base64')];
  const spaced = bytes.toString('hex').replace(/(..)(?!$)/g, '$1 ');
  const listed = [...bytes].join(',');
  for (const form of [...forms, spaced, listed]) {
    assert.equal(printed.includes(form), false, `${what} holds the password: ${printed}`);
    assert.equal(String(serialised).includes(form), false, `${what} as JSON holds the password`);
  }
}

describe('credentials', () => {
  it('should be in no log line, error, or printed object, however connecting fails', async () => {
    await fc.assert(
      fc.asyncProperty(secret, fc.constantFrom(...Object.keys(failures)), async (password, way) => {
        const h = await ClusterHarness.start({ nodes: 2, ...failures[way] });
        if (way === 'an error after authentication') h.servers.when(/system\.local/, error('serverError'));
        if (way === 'no answer') h.servers.when({ opcode: ['STARTUP'] }, never());
        if (way === 'a dead node') await h.servers.stop();
        const cluster = h.cluster({ credentials: { username: 'ada', password }, connectTimeoutMs: 500 });
        const failure = await h.settle(
          cluster.connect().then(
            () => assert.fail('it connected'),
            (reason: unknown) => reason,
          ),
        );
        assert.ok(failure instanceof AsyncCassandraError);
        assertHides(failure, password, 'the error');
        assertHides(h.lines, password, 'the log');
        assertHides(cluster, password, 'the cluster');
        await h.settle(cluster.close());
      }),
      { numRuns: propertyRuns(200) },
    );
  });

  it('should be in no error about options', () => {
    fc.assert(
      fc.property(secret, (password) => {
        const wrong: readonly unknown[] = [
          { credentials: { username: 'ada', password, other: 1 } },
          { credentials: { username: '', password } },
          { credentials: { username: 'ada', password: [password] } },
          { credentials: { username: 'ada', password: `${password}\0` } },
          { credentials: { username: 'ada', password }, authProvider: { newAuthenticator: () => ({}) } },
          { credentials: password },
          { contactPoints: [`ada:${password}@10.0.0.1`] },
          { tls: password },
          { authProvider: { password } },
        ];
        for (const options of wrong) {
          assert.throws(
            () => new AsyncCluster(options as ClusterOptions),
            (failure) => {
              assertHides(failure, password, 'the error');
              return true;
            },
          );
        }
      }),
      { numRuns: propertyRuns(100) },
    );
  });
});
