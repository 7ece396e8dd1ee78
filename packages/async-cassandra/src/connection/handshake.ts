import {
  AsyncCassandraError,
  AuthenticationError,
  BadCredentialsError,
  ConnectionError,
  ProtocolError,
} from '../errors/index.ts';
import {
  Opcode,
  readAuthChallenge,
  readAuthenticate,
  readAuthSuccess,
  readSupported,
  writeAuthResponse,
  writeRegister,
  writeStartup,
} from '../protocol/index.ts';
import { call, type Reply } from './call.ts';
import type { Connection } from './connection.ts';
import type { ConnectionConfig } from './connection-config.ts';

/** What a connection does before it is handed to its owner. */
export interface HandshakeOptions {
  /** Asks for SUPPORTED first, and checks the compression against it. */
  readonly askSupported?: boolean;
  /** Keyspace to `USE` (v4 only: on v5 it travels with each request). */
  readonly keyspace?: string | undefined;
  /** Events to register for. */
  readonly eventTypes?: readonly string[];
}

function unexpected(connection: Connection, reply: Reply, asked: string): ProtocolError {
  return new ProtocolError(
    `Node ${connection.node} answered ${asked} with opcode ${reply.opcode}; check that it is a Cassandra node`,
    { node: connection.node },
  );
}

/** OPTIONS, STARTUP, authentication, REGISTER (native protocol v5, section 2.3.1); the caller sets the deadline. */
export async function handshake(
  connection: Connection,
  config: ConnectionConfig,
  options: HandshakeOptions,
): Promise<void> {
  const timeoutMs = config.connectTimeoutMs;
  if (options.askSupported === true) {
    const reply = await call(connection, Opcode.OPTIONS, () => undefined, timeoutMs);
    if (reply.opcode !== Opcode.SUPPORTED) throw unexpected(connection, reply, 'OPTIONS');
    connection.supported = readSupported(reply.reader);
    checkCompression(connection, config);
  }
  await startup(connection, config, timeoutMs);
  if (options.eventTypes !== undefined && options.eventTypes.length > 0) {
    const types = options.eventTypes;
    const reply = await call(connection, Opcode.REGISTER, (writer) => writeRegister(writer, types), timeoutMs);
    if (reply.opcode !== Opcode.READY) throw unexpected(connection, reply, 'REGISTER');
  }
}

function checkCompression(connection: Connection, config: ConnectionConfig): void {
  const offered = connection.supported.get('COMPRESSION') ?? [];
  if (config.compression !== 'none' && !offered.includes(config.compression)) {
    throw new ConnectionError(
      `Node ${connection.node} does not offer ${config.compression} compression (it offers: ${offered.join(', ') || 'none'}); check the option compression`,
      { node: connection.node },
    );
  }
}

async function startup(connection: Connection, config: ConnectionConfig, timeoutMs: number): Promise<void> {
  const startupOptions = new Map(config.startupOptions);
  if (config.compression !== 'none') startupOptions.set('COMPRESSION', config.compression);
  const framed = config.protocolVersion >= 5;
  const pending = call(
    connection,
    Opcode.STARTUP,
    (writer) => writeStartup(writer, startupOptions),
    timeoutMs,
    (opcode) => {
      // The reply to STARTUP is the last envelope outside of a frame; what follows it in the same chunk is framed already.
      if (opcode === Opcode.ERROR) return;
      if (framed) connection.enableFraming();
      if (config.compression !== 'none') connection.enableOutboundCompression(config.compression);
    },
  );
  if (!framed && config.compression !== 'none') connection.enableInboundCompression();
  const reply = await pending;
  if (reply.opcode === Opcode.AUTHENTICATE)
    await authenticate(connection, config, readAuthenticate(reply.reader), timeoutMs);
  else if (reply.opcode !== Opcode.READY) throw unexpected(connection, reply, 'STARTUP');
}

async function authenticate(
  connection: Connection,
  config: ConnectionConfig,
  authenticatorName: string,
  timeoutMs: number,
): Promise<void> {
  const { node } = connection;
  if (config.authProvider === undefined) {
    throw new AuthenticationError(`Node ${node} asks for authentication; set the option credentials or authProvider`, {
      node,
    });
  }
  try {
    const authenticator = config.authProvider.newAuthenticator(node, authenticatorName);
    let token = await authenticator.initialResponse();
    for (;;) {
      const response = token;
      const reply = await call(
        connection,
        Opcode.AUTH_RESPONSE,
        (writer) => writeAuthResponse(writer, response),
        timeoutMs,
      );
      if (reply.opcode === Opcode.AUTH_SUCCESS) {
        const last = readAuthSuccess(reply.reader);
        await authenticator.onSuccess?.(last);
        return;
      }
      if (reply.opcode !== Opcode.AUTH_CHALLENGE) throw unexpected(connection, reply, 'AUTH_RESPONSE');
      token = await authenticator.evaluateChallenge(readAuthChallenge(reply.reader));
    }
  } catch (error) {
    if (error instanceof AsyncCassandraError && !(error instanceof BadCredentialsError)) throw error;
    const what =
      error instanceof BadCredentialsError
        ? 'refused the credentials; check user name and password'
        : 'could not be authenticated with; check the authProvider';
    throw new AuthenticationError(`Node ${node} ${what}`, { cause: error, node });
  }
}
