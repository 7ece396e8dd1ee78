import { ConnectionError, ServerProtocolError } from '../errors/index.ts';
import type { ProtocolVersion } from '../protocol/index.ts';
import type { Connection } from './connection.ts';
import type { ConnectionConfig } from './connection-config.ts';
import { nameAndAddress, nodeName } from './end-point.ts';
import { openConnection, type OpenOptions } from './open-connection.ts';
import type { EndPoint } from './seams.ts';

/**
 * First contact with a cluster: opens a connection in the highest version that both sides have, 5 then 4. A server
 * that calls version 5 a beta refuses it like an unknown one, since this driver does not ask for betas.
 * @param fixed - use this version or fail
 */
export async function negotiateConnection(
  config: Omit<ConnectionConfig, 'protocolVersion'>,
  endPoint: EndPoint,
  fixed: ProtocolVersion | undefined,
  options: OpenOptions = {},
): Promise<Connection> {
  const versions: readonly ProtocolVersion[] = fixed === undefined ? [5, 4] : [fixed];
  let refusal: ServerProtocolError | undefined;
  for (const protocolVersion of versions) {
    try {
      return await openConnection({ ...config, protocolVersion }, endPoint, { ...options, askSupported: true });
    } catch (error) {
      if (!(error instanceof ServerProtocolError) || !/version/i.test(error.message)) throw error;
      refusal = error;
    }
  }
  const node = options.name ?? nodeName(endPoint);
  const wanted = fixed === undefined ? '5 and 4' : String(fixed);
  throw new ConnectionError(
    `Node ${nameAndAddress(node, endPoint)} does not speak native protocol version ${wanted} (its answer is the cause); ` +
      (fixed === undefined ? 'this driver needs Cassandra 2.2 or newer' : 'check the option protocolVersion'),
    { cause: refusal, node },
  );
}
