import type { Row } from '../codecs/index.ts';
import { type Connection, query } from '../connection/index.ts';
import { ConnectionError, InvalidQueryError } from '../errors/index.ts';
import { type IncompleteRow, type NodeRow, readLocalRow, readPeerRows } from './node-rows.ts';

/** What one node says of the cluster. */
export interface TopologyReading {
  readonly clusterName: string;
  /** Class name of the partitioner. */
  readonly partitioner: string;
  /** The node that was asked. */
  readonly local: NodeRow;
  /** All usable nodes, the one that was asked first. */
  readonly nodes: readonly NodeRow[];
  readonly incomplete: readonly IncompleteRow[];
}

/** Peers of a page: with 256 tokens each they are 8,192 texts to decode in one go. */
const PAGE_ROWS = 32;

/**
 * Reads columns of the peers. Nodes before Cassandra 4.0 have no `peers_v2`; in a cluster of mixed versions each is asked
 * for what it has.
 */
export async function readPeers(connection: Connection, columns: string, timeoutMs: number): Promise<readonly Row[]> {
  const options = { pageRows: PAGE_ROWS };
  try {
    return await query(connection, `SELECT ${columns} FROM system.peers_v2`, timeoutMs, options);
  } catch (error) {
    if (!(error instanceof InvalidQueryError)) throw error;
    return query(connection, `SELECT ${columns} FROM system.peers`, timeoutMs, options);
  }
}

/**
 * Asks one node for itself and its peers.
 * @param defaultPort - port of peers that tell none
 * @throws ConnectionError when it is not a usable node; what `query` throws
 */
export async function readTopology(
  connection: Connection,
  defaultPort: number,
  timeoutMs: number,
): Promise<TopologyReading> {
  const [locals, peers] = await Promise.all([
    query(connection, "SELECT * FROM system.local WHERE key='local'", timeoutMs),
    readPeers(connection, '*', timeoutMs),
  ]);
  const { node } = connection;
  const row = locals[0];
  if (row === undefined)
    throw new ConnectionError(
      `Node ${node} does not describe itself in system.local; check that it is a Cassandra node`,
      { node },
    );
  const local = readLocalRow(row, connection.endPoint);
  if (!('hostId' in local)) {
    throw new ConnectionError(
      `Node ${node} is not ready: its row in system.local lacks ${local.join(', ')}; check that it has started`,
      { node },
    );
  }
  const { nodes, incomplete } = readPeerRows(peers, defaultPort);
  const others = nodes.filter((peer) => peer.hostId !== local.hostId);
  // What was before at the address of the node itself is there no more.
  const isThere = ({ address, port }: NodeRow): boolean => address === local.address && port === local.port;
  const outdated = others.filter(isThere).map(({ address }) => ({ peer: address, missing: ['an address of its own'] }));
  return {
    clusterName: typeof row['cluster_name'] === 'string' ? row['cluster_name'] : '',
    partitioner: typeof row['partitioner'] === 'string' ? row['partitioner'] : '',
    local,
    nodes: [local, ...others.filter((peer) => !isThere(peer))],
    incomplete: [...incomplete, ...outdated],
  };
}
