import { AuthenticationError } from '../errors/index.ts';

/** One authentication conversation with one node (SASL). Methods may answer at once or by a promise. */
export interface Authenticator {
  /** The first token to send, or null for an empty one. */
  initialResponse(): Uint8Array | null | Promise<Uint8Array | null>;
  /** Answers a challenge of the server. */
  evaluateChallenge(challenge: Uint8Array | null): Uint8Array | null | Promise<Uint8Array | null>;
  /** Called with the server's final token; when it throws, the connection is not used. */
  onSuccess?(token: Uint8Array | null): void | Promise<void>;
}

/** Makes an authenticator for each new connection. */
export interface AuthProvider {
  /**
   * @param node - the node, as `address:port`
   * @param serverAuthenticator - class name of the authenticator that the server announces
   * @throws AuthenticationError when the provider does not trust that authenticator with its credentials
   */
  newAuthenticator(node: string, serverAuthenticator: string): Authenticator;
}

/** Takes several mechanisms: its clients name theirs first, and send the token when they are told to start. */
const DSE_AUTHENTICATOR = 'com.datastax.bdp.cassandra.auth.DseAuthenticator';
const DSE_MECHANISM: Buffer = Buffer.from('PLAIN');
const DSE_START: Buffer = Buffer.from('PLAIN-START');

const PLAIN_TEXT_AUTHENTICATORS: readonly string[] = [
  'org.apache.cassandra.auth.PasswordAuthenticator',
  'org.apache.cassandra.auth.MutualTlsWithPasswordFallbackAuthenticator',
  DSE_AUTHENTICATOR,
  'com.scylladb.auth.TransitionalAuthenticator',
  'com.scylladb.auth.SaslauthdAuthenticator',
  'com.instaclustr.cassandra.auth.SharedSecretAuthenticator',
  'io.aiven.cassandra.auth.AivenAuthenticator',
  'com.amazon.helenus.auth.HelenusAuthenticator',
];

/**
 * User name and password, as SASL PLAIN. They are sent only to authenticators known to take plain-text credentials,
 * or listed in `allowedAuthenticators`, so that a rogue server cannot ask for them under another name.
 */
export class PlainTextAuthProvider implements AuthProvider {
  readonly #token: Buffer;
  readonly #allowed: ReadonlySet<string>;

  constructor(
    username: string,
    password: string,
    options: { readonly allowedAuthenticators?: readonly string[] } = {},
  ) {
    this.#token = Buffer.from(`\0${username}\0${password}`, 'utf8');
    this.#allowed = new Set([...PLAIN_TEXT_AUTHENTICATORS, ...(options.allowedAuthenticators ?? [])]);
  }

  newAuthenticator(node: string, serverAuthenticator: string): Authenticator {
    if (!this.#allowed.has(serverAuthenticator)) {
      throw new AuthenticationError(
        `Node ${node} asks for authentication by ${JSON.stringify(serverAuthenticator.slice(0, 200))}, to which plain-text credentials are not sent; ` +
          'check the server, or name it in allowedAuthenticators of a PlainTextAuthProvider',
        { node },
      );
    }
    const token = this.#token;
    const namesMechanism = serverAuthenticator === DSE_AUTHENTICATOR;
    return {
      initialResponse: () => (namesMechanism ? DSE_MECHANISM : token),
      evaluateChallenge: (challenge) => {
        if (namesMechanism && challenge !== null && DSE_START.equals(challenge)) return token;
        throw new AuthenticationError(
          `Node ${node} sent a challenge where plain-text authentication has none; check its authenticator`,
          { node },
        );
      },
    };
  }
}
