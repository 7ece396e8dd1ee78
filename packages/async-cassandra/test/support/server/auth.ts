/** What a server's authenticator says to one token of the client. */
export type AuthStep =
  | { readonly challenge: Buffer | null }
  | { readonly success: Buffer | null }
  | { readonly failure: string };

/** Authentication as a scripted server does it. */
export interface ServerAuth {
  /** Class name announced in AUTHENTICATE. */
  readonly authenticator: string;
  /** Answers the client's `step`-th token (from 0) on one connection. */
  evaluate(token: Buffer | null, step: number): AuthStep;
}

/** SASL PLAIN as Cassandra's PasswordAuthenticator takes it. The map may change at any time. */
export function passwordAuth(
  users: Readonly<Record<string, string>>,
  authenticator: string = 'org.apache.cassandra.auth.PasswordAuthenticator',
): ServerAuth {
  return {
    authenticator,
    evaluate: (token) => {
      const [, username = '', password] = (token ?? Buffer.alloc(0)).toString('utf8').split('\0');
      if (password !== undefined && Object.hasOwn(users, username) && users[username] === password)
        return { success: null };
      return { failure: 'Provided username scripted and/or password are incorrect' };
    },
  };
}

/**
 * A conversation over several challenges: the client's tokens must be exactly `expected`, each but the last answered by
 * the challenge of the same index, the last by success with `finalToken`.
 */
export function saslAuth(
  authenticator: string,
  expected: readonly (Buffer | null)[],
  challenges: readonly (Buffer | null)[],
  finalToken: Buffer | null = null,
): ServerAuth {
  return {
    authenticator,
    evaluate: (token, step) => {
      const wanted = expected[step];
      const same = wanted !== undefined && (wanted === null ? token === null : token !== null && wanted.equals(token));
      if (!same) return { failure: `Unexpected token in step ${step}` };
      if (step === expected.length - 1) return { success: finalToken };
      return { challenge: challenges[step] ?? null };
    },
  };
}
