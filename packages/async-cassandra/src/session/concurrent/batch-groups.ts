import { type BatchBounds, BatchGroup, type Gathered, type PendingWrite } from './batch-group.ts';

/** More sets of replicas are not gathered for at a time: past it the largest batch is sent as it is. */
const MAX_GROUPS = 256;

/**
 * Sorts writes into batches by their replicas. Of the writes of one row, the earlier one is always in a batch that
 * leaves earlier, and with a lesser timestamp: a batch that holds the row is closed before the row comes again.
 */
export class BatchGroups {
  readonly #bounds: BatchBounds;
  readonly #now: () => number;
  /** By replicas, the oldest first. */
  readonly #open = new Map<string, BatchGroup>();
  readonly #byRow = new Map<string, BatchGroup>();
  readonly #closed: Gathered[] = [];

  constructor(bounds: BatchBounds, now: () => number) {
    this.#bounds = bounds;
    this.#now = now;
  }

  /** @param replicas - names the nodes that hold it */
  add(write: PendingWrite, replicas: string): void {
    const rival = this.#byRow.get(write.row);
    if (rival !== undefined) this.#close(rival);
    if (write.bytes >= this.#bounds.maxBatchBytes) {
      this.addAlone({ indexes: [write.index], values: [write.values] });
      return;
    }
    let group = this.#open.get(replicas);
    if (group?.hasRoom(write, this.#bounds) === false) {
      this.#close(group);
      group = undefined;
    }
    if (group === undefined) {
      if (this.#open.size >= MAX_GROUPS) this.#close(this.#largest());
      group = new BatchGroup(replicas, this.#now());
      this.#open.set(replicas, group);
    }
    group.add(write);
    this.#byRow.set(write.row, group);
    if (group.isFull(this.#bounds)) this.#close(group);
  }

  /** What is not to be gathered with others. */
  addAlone(gathered: Gathered): void {
    this.#closed.push(gathered);
  }

  /** The next batch that is complete. */
  take(): Gathered | undefined {
    return this.#closed.shift();
  }

  /** The oldest batch, complete or not. */
  takeOldest(): Gathered | undefined {
    if (this.#closed.length === 0) {
      const [oldest] = this.#open.values();
      if (oldest !== undefined) this.#close(oldest);
    }
    return this.#closed.shift();
  }

  /** Since when the oldest batch is gathered; undefined when there is none. */
  get oldestSince(): number | undefined {
    const [oldest] = this.#open.values();
    return oldest?.startedAt;
  }

  /** No batch takes in more. */
  closeAll(): void {
    for (const group of [...this.#open.values()]) this.#close(group);
  }

  #close(group: BatchGroup): void {
    this.#open.delete(group.key);
    for (const row of group.rows) this.#byRow.delete(row);
    this.#closed.push(group);
  }

  #largest(): BatchGroup {
    let largest: BatchGroup | undefined;
    for (const group of this.#open.values())
      if (largest === undefined || group.indexes.length > largest.indexes.length) largest = group;
    return largest as BatchGroup;
  }
}
