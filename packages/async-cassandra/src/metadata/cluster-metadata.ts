import type { NodeInfo } from './node-info.ts';
import { type Partitioner, parsePartitioner } from './partitioner.ts';
import type { Replication } from './replication.ts';
import { composeRoutingKey } from './routing-key.ts';
import type { Keyspaces } from './schema-diff.ts';
import { type ReplicatedRange, TokenMap } from './token-map.ts';
import type { TokenRange } from './token-range.ts';

/** What a snapshot is made of. */
export interface ClusterMetadataParts {
  readonly clusterName: string;
  readonly partitioner: Partitioner;
  /** By host id. */
  readonly nodes: ReadonlyMap<string, NodeInfo>;
  /** By name. */
  readonly keyspaces: Keyspaces;
  readonly tokenMap: TokenMap;
}

/** What is known of the cluster at one moment. A change makes another snapshot; this one stays as it is. */
export class ClusterMetadata {
  /**
   * The snapshot before first contact.
   * @internal
   */
  static readonly empty: ClusterMetadata = new ClusterMetadata({
    clusterName: '',
    partitioner: parsePartitioner(''),
    nodes: new Map(),
    keyspaces: new Map(),
    tokenMap: TokenMap.empty,
  });

  readonly clusterName: string;
  readonly partitioner: Partitioner;
  /** Nodes by host id. */
  readonly nodes: ReadonlyMap<string, NodeInfo>;
  /** Keyspaces by name, virtual ones included. */
  readonly keyspaces: Keyspaces;
  readonly tokenMap: TokenMap;

  /** @internal */
  constructor(parts: ClusterMetadataParts) {
    this.clusterName = parts.clusterName;
    this.partitioner = parts.partitioner;
    this.nodes = parts.nodes;
    this.keyspaces = parts.keyspaces;
    this.tokenMap = parts.tokenMap;
    Object.freeze(this);
  }

  /**
   * The next snapshot, other in some parts.
   * @internal
   */
  with(parts: Partial<ClusterMetadataParts>): ClusterMetadata {
    return new ClusterMetadata({
      clusterName: parts.clusterName ?? this.clusterName,
      partitioner: parts.partitioner ?? this.partitioner,
      nodes: parts.nodes ?? this.nodes,
      keyspaces: parts.keyspaces ?? this.keyspaces,
      tokenMap: parts.tokenMap ?? this.tokenMap,
    });
  }

  /**
   * The nodes that hold a partition, the owner of its token first; empty when they are not known.
   *
   * @param keyspace - name of the keyspace
   * @param partitionKey - the serialised values of the partition key's columns, in its order
   */
  replicas(keyspace: string, partitionKey: readonly Uint8Array[]): readonly NodeInfo[] {
    const key = composeRoutingKey(partitionKey);
    return key === undefined ? [] : this.tokenMap.replicasOfKey(keyspace, key, 0, key.length);
  }

  /** All ranges of the token ring, in its order. */
  tokenRanges(): readonly TokenRange[] {
    return this.tokenMap.tokenRanges();
  }

  /** All ranges of the token ring with the nodes that hold them in a keyspace. */
  replicatedRanges(keyspace: string): readonly ReplicatedRange[] {
    return this.tokenMap.replicatedRanges(keyspace);
  }
}

/** How each keyspace is replicated: what a token map is made with. */
export function replicationsOf(keyspaces: Keyspaces): ReadonlyMap<string, Replication> {
  return new Map([...keyspaces].map(([name, keyspace]) => [name, keyspace.replication]));
}
