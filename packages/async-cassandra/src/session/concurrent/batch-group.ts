/** Writes that are sent together, with the places of their parameters in the source; or one that cannot be sent. */
export interface Gathered {
  readonly indexes: readonly number[];
  readonly values: readonly (readonly unknown[])[];
  /** Why it cannot be sent, wrapped since anything can be thrown. */
  readonly refusal?: { readonly error: unknown };
}

/** A write as it is gathered. */
export interface PendingWrite {
  readonly index: number;
  readonly values: readonly unknown[];
  /** Estimate of what the servers count of it against the size of a batch. */
  readonly bytes: number;
  readonly partition: string;
  /** What tells its row from others: with the same timestamp, two writes of one row must not meet. */
  readonly row: string;
}

/** Bounds of a batch. */
export interface BatchBounds {
  readonly maxStatements: number;
  readonly maxPartitions: number;
  readonly maxBatchBytes: number;
}

/** A batch in the making: writes of different rows that have the same replicas. */
export class BatchGroup implements Gathered {
  /** The replicas they share. */
  readonly key: string;
  readonly startedAt: number;
  readonly indexes: number[] = [];
  readonly values: (readonly unknown[])[] = [];
  readonly rows: string[] = [];
  readonly #partitions = new Set<string>();
  #bytes = 0;

  constructor(key: string, startedAt: number) {
    this.key = key;
    this.startedAt = startedAt;
  }

  hasRoom(write: PendingWrite, bounds: BatchBounds): boolean {
    return (
      this.#bytes + write.bytes <= bounds.maxBatchBytes &&
      (this.#partitions.size < bounds.maxPartitions || this.#partitions.has(write.partition))
    );
  }

  isFull(bounds: BatchBounds): boolean {
    return this.indexes.length >= bounds.maxStatements || this.#bytes >= bounds.maxBatchBytes;
  }

  add(write: PendingWrite): void {
    this.indexes.push(write.index);
    this.values.push(write.values);
    this.rows.push(write.row);
    this.#partitions.add(write.partition);
    this.#bytes += write.bytes;
  }
}
