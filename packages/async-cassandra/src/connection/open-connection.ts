import { AbortError, AsyncCassandraError, ConnectionError, TimeoutError } from '../errors/index.ts';
import type { ServerEvent } from '../protocol/index.ts';
import { Connection } from './connection.ts';
import type { ConnectionConfig } from './connection-config.ts';
import { nameAndAddress, nodeName } from './end-point.ts';
import { handshake, type HandshakeOptions } from './handshake.ts';
import type { EndPoint } from './seams.ts';
import { useKeyspace } from './use-keyspace.ts';

/** How to open a connection. */
export interface OpenOptions extends HandshakeOptions {
  readonly signal?: AbortSignal | undefined;
  /** What results, errors and logs call the node: its end point in the metadata; by default the address connected to. */
  readonly name?: string | undefined;
  /** Receives the events registered for. */
  readonly onEvent?: (event: ServerEvent) => void;
}

function asConnectionError(error: unknown, node: string, place: string): AsyncCassandraError {
  if (error instanceof AsyncCassandraError) return error;
  return new ConnectionError(
    `Connection to ${place} could not be opened; check the node, the network and the option tls`,
    { cause: error, node },
  );
}

/**
 * Opens a socket and does the handshake, all within `connectTimeoutMs`. When it fails, nothing is left open.
 * @throws ConnectionError, TimeoutError, AuthenticationError, ProtocolError, AbortError, or the server's QueryError
 */
export function openConnection(
  config: ConnectionConfig,
  endPoint: EndPoint,
  options: OpenOptions = {},
): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const { timers } = config.seams;
    const { signal } = options;
    const node = options.name ?? nodeName(endPoint);
    const place = nameAndAddress(node, endPoint);
    let settled = false;
    let connection: Connection | null = null;

    const settle = (): boolean => {
      if (settled) return false;
      settled = true;
      timers.clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      return true;
    };
    const fail = (error: unknown): void => {
      if (!settle()) return;
      if (connection !== null) {
        connection.onClosed = null;
        connection.close();
      }
      reject(asConnectionError(error, node, place));
    };
    const onAbort = (): void =>
      fail(new AbortError(`Connecting to ${place} was aborted`, { cause: signal?.reason, outcome: 'notSent', node }));
    const timer = timers.setTimeout(() => {
      fail(
        new TimeoutError(
          `Connecting to ${place} took longer than connectTimeoutMs (${config.connectTimeoutMs} ms); check the node and the network`,
          config.connectTimeoutMs,
          { outcome: 'notSent', node },
        ),
      );
    }, config.connectTimeoutMs);

    if (signal?.aborted === true) {
      onAbort();
      return;
    }
    signal?.addEventListener('abort', onAbort, { once: true });
    const prepare = async (opened: Connection): Promise<void> => {
      await handshake(opened, config, options);
      if (options.keyspace !== undefined && config.protocolVersion < 5)
        await useKeyspace(opened, options.keyspace, config.connectTimeoutMs);
    };
    const onConnected = (): void => {
      const opened = connection;
      if (opened === null || settled) return;
      prepare(opened).then(() => {
        if (!settle()) return;
        opened.onClosed = null;
        opened.markOpen();
        resolve(opened);
      }, fail);
    };
    try {
      connection = new Connection(config, endPoint, node, onConnected);
      connection.onEvent = options.onEvent ?? null;
      connection.onClosed = (_connection, error): void => fail(error);
    } catch (error) {
      fail(error);
    }
  });
}
