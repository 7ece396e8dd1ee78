import type { Connection, EndPoint } from '../connection/index.ts';
import type { Logger } from '../diagnostics/index.ts';
import { ConnectionError, TimeoutError } from '../errors/index.ts';
import { formatEndPoint } from '../metadata/index.ts';
import type { ClusterNode } from './cluster-node.ts';

function isSame(a: EndPoint, b: EndPoint): boolean {
  return a.host === b.host && a.port === b.port;
}

/**
 * Opens a connection to where a node is said to be. A node whose address this client cannot reach, as when it runs in a
 * container behind a forwarded port, is reached the way the control connection reaches it, as long as that one lives.
 */
export async function openToNode(
  node: ClusterNode,
  open: (endPoint: EndPoint) => Promise<Connection>,
  logger: Logger,
): Promise<Connection> {
  const { target, detour } = node;
  if (detour === null || isSame(detour.endPoint, target)) return open(target);
  if (detour.isProven) return open(detour.endPoint);
  try {
    return await open(target);
  } catch (error) {
    const isUnreachable = error instanceof ConnectionError || error instanceof TimeoutError;
    // The control connection may have left the node in the meantime: then the way it took may lead to another node.
    if (!isUnreachable || node.detour !== detour) throw error;
    const connection = await open(detour.endPoint);
    detour.isProven = true;
    logger.warn?.(
      { node: node.info.endPoint, reachedAt: formatEndPoint(detour.endPoint.host, detour.endPoint.port) },
      'Node cannot be reached at the address it advertises; using the contact point. Check broadcast_rpc_address or the option addressTranslator',
    );
    return connection;
  }
}
