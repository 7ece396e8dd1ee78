import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { describe, it } from 'node:test';
import { type AuthProvider, PlainTextAuthProvider } from '../../../src/connection/index.ts';
import { AuthenticationError, BadCredentialsError, OverloadedError, ProtocolError } from '../../../src/errors/index.ts';
import { error, message, passwordAuth, saslAuth } from '../../support/index.ts';
import type { ServerAuth } from '../../support/index.ts';
import { Harness, rejection } from './harness.ts';

const SECRET = 'hunter2-very-secret';

async function refused(authProvider: AuthProvider | undefined, auth: ServerAuth, arrange?: (harness: Harness) => void) {
  const harness = await Harness.start({ authProvider }, { auth });
  arrange?.(harness);
  const failure = await rejection(harness.open());
  await harness.assertNothingLeft();
  assert.ok(!inspect(failure, { depth: 10, showHidden: true }).includes(SECRET), 'the password is in the error');
  return { failure, harness };
}

describe('authentication', () => {
  it('should ask for credentials when there are none', async () => {
    const { failure } = await refused(undefined, passwordAuth({}));
    assert.ok(failure instanceof AuthenticationError);
    assert.match(failure.message, /option credentials or authProvider/);
  });

  it('should not authenticate where the server does not ask for it', async () => {
    const harness = await Harness.start({ authProvider: new PlainTextAuthProvider('user', SECRET) });
    const connection = await harness.open();
    assert.equal(harness.server.log.count('AUTH_RESPONSE'), 0);
    connection.close();
  });

  it('should tell wrong credentials from other failures, by class and cause', async () => {
    const { failure } = await refused(new PlainTextAuthProvider('user', SECRET), passwordAuth({ user: 'other' }));
    assert.ok(failure instanceof AuthenticationError);
    assert.ok(failure.cause instanceof BadCredentialsError);
    assert.match(failure.message, /check user name and password/);
  });

  it('should not send plain-text credentials to an authenticator it does not know', async () => {
    const { failure, harness } = await refused(
      new PlainTextAuthProvider('user', SECRET),
      passwordAuth({ user: SECRET }, 'com.example.Rogue'),
    );
    assert.ok(failure instanceof AuthenticationError);
    assert.match(failure.message, /"com\.example\.Rogue"/);
    assert.equal(harness.server.log.count('AUTH_RESPONSE'), 0);
  });

  it('should send them to one that is allowed by name', async () => {
    const harness = await Harness.start(
      { authProvider: new PlainTextAuthProvider('user', SECRET, { allowedAuthenticators: ['com.example.Mine'] }) },
      { auth: passwordAuth({ user: SECRET }, 'com.example.Mine') },
    );
    const connection = await harness.open();
    assert.equal(connection.isOpen, true);
    connection.close();
  });

  it('should refuse a challenge that plain-text authentication does not have', async () => {
    const { failure } = await refused(
      new PlainTextAuthProvider('user', SECRET),
      saslAuth(
        'org.apache.cassandra.auth.PasswordAuthenticator',
        [Buffer.from(`\0user\0${SECRET}`), Buffer.from('more')],
        [Buffer.from('tell me more')],
      ),
    );
    assert.ok(failure instanceof AuthenticationError);
    assert.match(failure.message, /sent a challenge/);
  });

  it('should speak DSE its way: the mechanism first, then the token', async () => {
    const harness = await Harness.start(
      { authProvider: new PlainTextAuthProvider('user', SECRET) },
      {
        auth: saslAuth(
          'com.datastax.bdp.cassandra.auth.DseAuthenticator',
          [Buffer.from('PLAIN'), Buffer.from(`\0user\0${SECRET}`)],
          [Buffer.from('PLAIN-START')],
        ),
      },
    );
    const connection = await harness.open();
    assert.equal(connection.isOpen, true);
    connection.close();
  });

  it('should go through any number of challenges, answered at once or later, null or not', async () => {
    const tokens = [null, Buffer.from('one'), Buffer.alloc(0), Buffer.alloc(300, 7)];
    const challenges = [Buffer.from('first'), null, Buffer.from('third')];
    const heard: (string | null)[] = [];
    let final: string | undefined;
    const names: string[] = [];
    const harness = await Harness.start(
      {
        authProvider: {
          newAuthenticator: (node, name) => {
            names.push(node, name);
            let step = 1;
            return {
              initialResponse: async () => tokens[0] ?? null,
              evaluateChallenge: (challenge) => {
                heard.push(challenge === null ? null : Buffer.from(challenge).toString());
                const answer = tokens[step++] ?? null;
                return step % 2 === 0 ? answer : Promise.resolve(answer);
              },
              onSuccess: async (token) => {
                await Promise.resolve();
                final = token === null ? 'null' : Buffer.from(token).toString();
              },
            };
          },
        },
      },
      { auth: saslAuth('com.example.Sasl', tokens, challenges, Buffer.from('welcome')) },
    );
    const connection = await harness.open();
    assert.deepEqual(heard, ['first', null, 'third']);
    assert.equal(final, 'welcome');
    assert.deepEqual(names, ['10.0.0.1:9042', 'com.example.Sasl']);
    assert.deepEqual(harness.server.faults, []);
    connection.close();
    await harness.assertNothingLeft();
  });

  const boom = new Error('the ticket has expired');
  const throwing: Readonly<Record<string, AuthProvider>> = {
    newAuthenticator: {
      newAuthenticator: () => {
        throw boom;
      },
    },
    initialResponse: {
      newAuthenticator: () => ({ initialResponse: () => Promise.reject(boom), evaluateChallenge: () => null }),
    },
    evaluateChallenge: {
      newAuthenticator: () => ({
        initialResponse: () => null,
        evaluateChallenge: () => {
          throw boom;
        },
      }),
    },
    onSuccess: {
      newAuthenticator: () => ({
        initialResponse: () => null,
        evaluateChallenge: () => Buffer.from('right'),
        onSuccess: () => Promise.reject(boom),
      }),
    },
  };
  for (const [method, authProvider] of Object.entries(throwing)) {
    it(`should fail when ${method} of the provider throws`, async () => {
      const { failure } = await refused(
        authProvider,
        saslAuth('com.example.Sasl', [null, Buffer.from('right')], [Buffer.from('challenge')]),
      );
      assert.ok(failure instanceof AuthenticationError);
      assert.equal(failure.cause, boom);
      assert.match(failure.message, /check the authProvider/);
    });
  }

  it('should pass on errors that are not about credentials', async () => {
    const { failure } = await refused(
      new PlainTextAuthProvider('user', SECRET),
      passwordAuth({ user: SECRET }),
      (harness) => {
        harness.server.when({ opcode: 'AUTH_RESPONSE' }, error('overloaded'));
      },
    );
    assert.ok(failure instanceof OverloadedError);
  });

  it('should refuse answers that are cut short', async () => {
    for (const opcode of [0x0e, 0x10]) {
      const { failure } = await refused(
        new PlainTextAuthProvider('user', SECRET),
        passwordAuth({ user: SECRET }),
        (harness) => {
          harness.server.when({ opcode: 'AUTH_RESPONSE' }, message(opcode, Buffer.from([0, 0, 0, 9, 1])));
        },
      );
      assert.ok(failure instanceof ProtocolError);
    }
  });
});
