import type { Row } from '../codecs/index.ts';
import type { EndPoint } from '../connection/index.ts';

/** One node as the system tables describe it. */
export interface NodeRow {
  readonly hostId: string;
  /** Where the node says that clients reach it; events name it by this. */
  readonly address: string;
  readonly port: number;
  readonly dataCenter: string;
  readonly rack: string;
  readonly releaseVersion: string;
  readonly schemaVersion: string | undefined;
  readonly tokens: readonly string[];
}

/** A row that does not describe a usable node, and what it lacks. */
export interface IncompleteRow {
  readonly peer: string;
  readonly missing: readonly string[];
}

export interface PeerRows {
  readonly nodes: readonly NodeRow[];
  readonly incomplete: readonly IncompleteRow[];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function port(value: unknown): number | undefined {
  return typeof value === 'number' && value > 0 && value < 65_536 ? value : undefined;
}

/** An address that a client can connect to; "any address" is none. */
function address(value: unknown): string | undefined {
  const found = text(value);
  return found === '0.0.0.0' || found === '::' ? undefined : found;
}

function texts(value: unknown): readonly string[] | undefined {
  if (!(value instanceof Set) && !Array.isArray(value)) return undefined;
  const all = [...(value as Iterable<unknown>)].filter((token): token is string => typeof token === 'string');
  return all.length > 0 ? all : undefined;
}

function describe(
  row: Row,
  at: { readonly address: string | undefined; readonly port: number },
  tokens: readonly string[] | undefined,
): NodeRow | readonly string[] {
  const hostId = text(row['host_id']);
  const dataCenter = text(row['data_center']);
  const rack = text(row['rack']);
  if (
    hostId !== undefined &&
    at.address !== undefined &&
    dataCenter !== undefined &&
    rack !== undefined &&
    tokens !== undefined
  ) {
    const releaseVersion = text(row['release_version']) ?? '';
    return {
      hostId,
      address: at.address,
      port: at.port,
      dataCenter,
      rack,
      releaseVersion,
      schemaVersion: text(row['schema_version']),
      tokens,
    };
  }
  const fields = { host_id: hostId, address: at.address, data_center: dataCenter, rack, tokens };
  return Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [name] : []));
}

/**
 * Reads the row of `system.local`. Where the node listens on any address, or tells no port (before Cassandra 4.0), it
 * is where `reachedAt`, the control connection's end point, found it. A node that owns no tokens can be talked to all the same.
 * @returns the node, or the names of the columns that lack
 */
export function readLocalRow(row: Row, reachedAt: EndPoint): NodeRow | readonly string[] {
  const at = { address: address(row['rpc_address']) ?? reachedAt.host, port: port(row['rpc_port']) ?? reachedAt.port };
  return describe(row, at, texts(row['tokens']) ?? []);
}

/**
 * Reads the rows of `system.peers_v2` (native_address, native_port) or `system.peers` (rpc_address and the cluster's
 * port). A peer whose client address is "any address" is reached at its peer address. Rows that lack something, as
 * nodes that left or are about to join leave them behind, are told apart.
 */
export function readPeerRows(rows: readonly Row[], defaultPort: number): PeerRows {
  const nodes: NodeRow[] = [];
  const incomplete: IncompleteRow[] = [];
  for (const row of rows) {
    const peer = address(row['peer']);
    const advertised = 'native_address' in row ? row['native_address'] : row['rpc_address'];
    // A null address is a row that is not complete; "any address" is a node that listens on all of its addresses.
    const reachable = text(advertised) === undefined ? undefined : (address(advertised) ?? peer);
    const node = describe(
      row,
      { address: reachable, port: port(row['native_port']) ?? defaultPort },
      texts(row['tokens']),
    );
    if ('hostId' in node) nodes.push(node);
    else incomplete.push({ peer: peer ?? '(no address)', missing: node });
  }
  return { nodes, incomplete };
}
