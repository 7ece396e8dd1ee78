/** One node of the cluster, as the system tables describe it. Plain data; replaced, never changed, when something about it changes. */
export interface NodeInfo {
  /** The node's identity, kept when it returns under another address. Lower-case uuid. */
  readonly hostId: string;
  /** The address that it tells clients to use, before translation. */
  readonly address: string;
  /** Its native protocol port. */
  readonly port: number;
  /** Address and port as one text: `10.0.0.1:9042`, `[::1]:9042`. */
  readonly endPoint: string;
  readonly dataCenter: string;
  readonly rack: string;
  /** Version of Cassandra, for example `5.0.2`. */
  readonly releaseVersion: string;
  /** Version of the schema that it had when last asked. */
  readonly schemaVersion: string | undefined;
  /** Its tokens, as the partitioner writes them. */
  readonly tokens: readonly string[];
  /** A small integer that stays the same while the node is known: an index for arrays by node. */
  readonly slot: number;
}

/** What makes a {@link NodeInfo}; `endPoint` follows from it. */
export type NodeFields = Omit<NodeInfo, 'endPoint'>;

/** Makes a node's description. */
export function createNodeInfo(fields: NodeFields): NodeInfo {
  return Object.freeze({
    hostId: fields.hostId,
    address: fields.address,
    port: fields.port,
    endPoint: formatEndPoint(fields.address, fields.port),
    dataCenter: fields.dataCenter,
    rack: fields.rack,
    releaseVersion: fields.releaseVersion,
    schemaVersion: fields.schemaVersion,
    tokens: Object.freeze([...fields.tokens]),
    slot: fields.slot,
  });
}

/** `10.0.0.1:9042`, `[::1]:9042`. */
export function formatEndPoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
