/** Smaller replies are not worth it. */
const SMALLEST_BYTES = 64 * 1024;
/** Pages of one query differ a little in size; their memory does not. */
const STEP_BYTES = 64 * 1024;
/** Larger memory, and more of it, is not kept. */
const LARGEST_BYTES = 4 * 1024 * 1024;
const MAX_READY = 4;
/** Memory that is so many times larger than what is asked for is left for others. */
const MAX_WASTE = 4;

/**
 * Memory of large replies, to be used again. A page of rows is garbage as soon as it is decoded, and outside of the heap, where collections do
 * not see its size: memory for each page anew had a process that read a large table grow by tens of megabytes. Whoever has decoded a
 * reply, and knows that nobody else reads it, gives its memory back for one that comes later.
 *
 * What lies ready is held weakly: a full collection takes it, so that nothing of a scan that has ended stays for good.
 */
export class ReplyMemory {
  /** What is in somebody's hands and may come back. */
  readonly #lent: WeakSet<Buffer> = new WeakSet();
  readonly #ready: WeakRef<Buffer>[] = [];

  /** Memory of `bytes` or more, with anything in it, that nobody else has. */
  borrow(bytes: number): Buffer {
    if (bytes < SMALLEST_BYTES || bytes > LARGEST_BYTES) return Buffer.allocUnsafe(bytes);
    const memory = this.#take(bytes) ?? Buffer.allocUnsafeSlow(Math.ceil(bytes / STEP_BYTES) * STEP_BYTES);
    this.#lent.add(memory);
    return memory;
  }

  /** Takes memory back, which nobody may read any more. What was not borrowed, or has come back already, is left alone. */
  giveBack(memory: Buffer): void {
    if (!this.#lent.delete(memory)) return;
    if (this.#ready.length >= MAX_READY) this.#ready.shift();
    this.#ready.push(new WeakRef(memory));
  }

  /** Of those that fit the one that came back last. */
  #take(bytes: number): Buffer | undefined {
    const ready = this.#ready;
    for (let i = ready.length - 1; i >= 0; i--) {
      const memory = ready[i]?.deref();
      if (memory !== undefined && (memory.length < bytes || memory.length > bytes * MAX_WASTE)) continue;
      ready.splice(i, 1);
      if (memory !== undefined) return memory;
    }
    return undefined;
  }
}

/** Of the whole process: what one connection has done with serves the next one. */
export const replyMemory: ReplyMemory = new ReplyMemory();
