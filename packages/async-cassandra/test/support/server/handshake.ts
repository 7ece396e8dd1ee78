import { encodeAuthenticate, encodeAuthToken, encodeSupported, envelopeFlags, opcodes } from '../wire/index.ts';
import type { Envelope } from '../wire/index.ts';
import type { Exchange } from './exchange.ts';
import type { ClientConnection, NodeHost } from './roles.ts';

export interface Refusal {
  readonly version: number;
  readonly message: string;
}

/** Why a request may not be handled at this point of the connection, in the words of Cassandra; undefined when it may. */
export function handshakeError(
  server: NodeHost,
  connection: ClientConnection,
  envelope: Envelope,
): Refusal | undefined {
  const { version, flags, opcode } = envelope;
  const { versions, betaVersions } = server.options;
  const known = [...versions, ...betaVersions];
  if (!known.includes(version) || envelope.isResponse) {
    const highest = Math.max(...versions);
    const message = `Invalid or unsupported protocol version (${version}); supported versions are (${versions.map((v) => `${v}/v${v}`).join(', ')})`;
    // Before 4.0 a server answers in its own highest version, as the specification of v3 and v4 lets it.
    return { version: highest, message };
  }
  if (betaVersions.includes(version) && (flags & envelopeFlags.BETA) === 0) {
    return {
      version,
      message: `Beta version of the protocol used (${version}/v${version}-beta), but USE_BETA flag is unset`,
    };
  }
  if (connection.version !== undefined && connection.version !== version) {
    return {
      version: connection.version,
      message: `Invalid message version. Got ${version} but previous messages on this connection had version ${connection.version}`,
    };
  }
  if (opcode === opcodes.OPTIONS) return undefined;
  if (connection.startup === undefined) {
    return opcode === opcodes.STARTUP
      ? undefined
      : { version, message: `Unexpected message with opcode ${opcode}, expecting STARTUP or OPTIONS` };
  }
  if (opcode === opcodes.STARTUP)
    return { version, message: 'Unexpected message STARTUP, the connection is initialized' };
  if (!connection.isAuthenticated && opcode !== opcodes.AUTH_RESPONSE) {
    return { version, message: `Unexpected message with opcode ${opcode}, needs authentication through AUTH_RESPONSE` };
  }
  return undefined;
}

export function answerOptions(x: Exchange): void {
  const { versions, betaVersions, compression, supported } = x.server.options;
  const named = [...versions.map((v) => `${v}/v${v}`), ...betaVersions.map((v) => `${v}/v${v}-beta`)];
  x.respond(
    opcodes.SUPPORTED,
    encodeSupported({ PROTOCOL_VERSIONS: named, COMPRESSION: compression, CQL_VERSION: ['3.4.7'], ...supported }),
  );
}

export function answerStartup(x: Exchange, options: ReadonlyMap<string, string>): void {
  const { connection, server } = x;
  const asked = options.get('COMPRESSION')?.toLowerCase();
  if (options.get('CQL_VERSION') === undefined) {
    x.error('protocolError', { message: 'Missing value CQL_VERSION in STARTUP message' });
    return;
  }
  const offered: readonly string[] = x.request.version >= 5 ? ['lz4'] : server.options.compression;
  if (asked !== undefined && !(offered.includes(asked) && server.options.compression.some((name) => name === asked))) {
    x.error('protocolError', { message: `Unknown compression algorithm: ${asked}` });
    return;
  }
  connection.startup = options;
  connection.version = x.request.version;
  connection.isAuthenticated = server.options.auth === undefined;
  if (server.options.auth === undefined) x.respond(opcodes.READY, Buffer.alloc(0));
  else x.respond(opcodes.AUTHENTICATE, encodeAuthenticate(server.options.auth.authenticator));
  connection.established();
}

export function answerAuthResponse(x: Exchange, token: Buffer | null): void {
  const { connection, server } = x;
  const step = server.options.auth?.evaluate(token, connection.authStep++) ?? {
    failure: 'No authentication is needed',
  };
  if ('challenge' in step) {
    x.respond(opcodes.AUTH_CHALLENGE, encodeAuthToken(step.challenge));
  } else if ('success' in step) {
    connection.isAuthenticated = true;
    x.respond(opcodes.AUTH_SUCCESS, encodeAuthToken(step.success));
  } else {
    x.error('authenticationError', { message: step.failure });
  }
}
