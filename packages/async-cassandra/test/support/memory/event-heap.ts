export interface ScheduledEvent {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
  isRef: boolean;
  isCancelled: boolean;
}

/** Events by time, then by the order of their making: a binary heap. Cancelled ones are dropped when they come up. */
export class EventHeap {
  private heap: ScheduledEvent[] = [];
  private made = 0;
  private cancelled = 0;
  /** How many keep the clock running: all but those of `unref`. */
  refs = 0;

  get size(): number {
    return this.heap.length - this.cancelled;
  }

  add(at: number, callback: () => void): ScheduledEvent {
    const event: ScheduledEvent = { at, order: this.made++, callback, isRef: true, isCancelled: false };
    this.refs++;
    this.heap.push(event);
    this.up(this.heap.length - 1);
    return event;
  }

  unref(event: ScheduledEvent): void {
    if (event.isRef && !event.isCancelled) this.refs--;
    event.isRef = false;
  }

  cancel(event: ScheduledEvent): void {
    if (event.isCancelled) return;
    this.unref(event);
    event.isCancelled = true;
    if (++this.cancelled * 2 > this.heap.length + 64) this.purge();
  }

  /** Removes the first event when it is due by `end`; it counts as cancelled from then on. */
  take(end: number): ScheduledEvent | undefined {
    for (;;) {
      const first = this.heap[0];
      if (first === undefined || (!first.isCancelled && first.at > end)) return undefined;
      this.removeFirst();
      if (!first.isCancelled) {
        this.unref(first);
        first.isCancelled = true;
        return first;
      }
      this.cancelled--;
    }
  }

  private removeFirst(): void {
    const last = this.heap.pop() as ScheduledEvent;
    if (this.heap.length === 0) return;
    this.heap[0] = last;
    this.down(0);
  }

  private purge(): void {
    this.heap = this.heap.filter((event) => !event.isCancelled);
    this.cancelled = 0;
    for (let i = this.heap.length >> 1; i >= 0; i--) this.down(i);
  }

  private up(from: number): void {
    let i = from;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.isBefore(i, parent)) return;
      this.swap(i, parent);
      i = parent;
    }
  }

  private down(from: number): void {
    let i = from;
    for (;;) {
      const left = i * 2 + 1;
      const right = left + 1;
      let first = i;
      if (left < this.heap.length && this.isBefore(left, first)) first = left;
      if (right < this.heap.length && this.isBefore(right, first)) first = right;
      if (first === i) return;
      this.swap(i, first);
      i = first;
    }
  }

  private isBefore(i: number, j: number): boolean {
    const a = this.heap[i] as ScheduledEvent;
    const b = this.heap[j] as ScheduledEvent;
    return a.at === b.at ? a.order < b.order : a.at < b.at;
  }

  private swap(i: number, j: number): void {
    const kept = this.heap[i] as ScheduledEvent;
    this.heap[i] = this.heap[j] as ScheduledEvent;
    this.heap[j] = kept;
  }
}
