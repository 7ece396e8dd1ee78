import { QueueFullError } from '../errors/index.ts';

/** Counts one open stream until it is released. */
export interface StreamHandle {
  release(): void;
}

/** The open streams of a session, counted; one that was forgotten stops counting when it is collected. */
export class OpenStreams {
  readonly #max: number;
  readonly #collected: FinalizationRegistry<StreamHandle>;
  count = 0;

  constructor(max: number) {
    this.#max = max;
    this.#collected = new FinalizationRegistry((handle) => handle.release());
  }

  /** @throws QueueFullError when `limits.openStreams` are open */
  open(): StreamHandle {
    if (this.count >= this.#max) {
      throw new QueueFullError(
        'limits.openStreams',
        `${this.#max} streams are open already; end streams with break, cancel() or await using, or raise limits.openStreams`,
      );
    }
    this.count++;
    let isReleased = false;
    return {
      release: () => {
        if (isReleased) return;
        isReleased = true;
        this.count--;
      },
    };
  }

  /** Releases `handle` when `stream` is collected without having ended. */
  watch(stream: object, handle: StreamHandle): void {
    this.#collected.register(stream, handle);
  }
}
