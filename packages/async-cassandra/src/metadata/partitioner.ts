/** How the cluster turns partition keys into tokens. */
export interface Partitioner {
  /** The class name that the server gives, for example `org.apache.cassandra.dht.Murmur3Partitioner`. */
  readonly className: string;
  readonly kind: 'murmur3' | 'random' | 'byteOrdered' | 'unknown';
  /**
   * Whether the driver computes its tokens, so that requests go to replicas first. Only Murmur3's, Cassandra's default since 1.2,
   * are: with another partitioner requests go to any local node.
   */
  readonly isTokenAware: boolean;
}

const kinds: ReadonlyMap<string, Partitioner['kind']> = new Map([
  ['Murmur3Partitioner', 'murmur3'],
  ['RandomPartitioner', 'random'],
  ['ByteOrderedPartitioner', 'byteOrdered'],
]);

/** Recognises a partitioner by the class name in `system.local`. */
export function parsePartitioner(className: string): Partitioner {
  const kind = kinds.get(className.slice(className.lastIndexOf('.') + 1)) ?? 'unknown';
  return Object.freeze({ className, kind, isTokenAware: kind === 'murmur3' });
}
