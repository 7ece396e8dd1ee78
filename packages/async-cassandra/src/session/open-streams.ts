import { QueueFullError } from '../errors/index.ts';
import type { Abortable } from './abort-registry.ts';
import type { StreamObservation } from './observation/stream-observation.ts';
import { WeakAborts } from './weak-aborts.ts';

export type StreamEnding = Exclude<StreamObservation['ending'], 'open'>;

/** What fetches for a stream. */
interface Fetching {
  readonly signal: AbortSignal | undefined;
  close(): void;
}

/** Counts one open stream until it is released. Whoever holds it holds neither the stream nor its pages. */
export class StreamHandle {
  readonly #streams: OpenStreams;
  /** Tells trackers of it; null: nobody follows it. */
  observation: StreamObservation | null = null;
  #isReleased = false;
  #fetching: WeakRef<Fetching> | undefined;
  #unwatch: (() => void) | undefined;

  constructor(streams: OpenStreams) {
    this.#streams = streams;
    streams.remember(this);
  }

  /** @param unwatch - ends the watch of the stream's signal */
  watches(fetching: Fetching, unwatch: (() => void) | undefined): void {
    this.#fetching = new WeakRef(fetching);
    this.#unwatch = unwatch;
  }

  /** @param error - what the stream has failed with */
  release(ending: StreamEnding = 'cancelled', error?: unknown): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.observation?.end(ending, error);
    this.#streams.forget(this);
    this.#unwatch?.();
  }

  /** The stream was collected without having ended: a fetch under way is the last, and has nobody to wait for it. */
  abandon(): void {
    this.#fetching?.deref()?.close();
    this.release('forgotten');
  }
}

/** The open streams of a session, counted; one that was forgotten stops counting when it is collected. */
export class OpenStreams {
  readonly #max: number;
  readonly #aborts = new WeakAborts();
  readonly #collected = new FinalizationRegistry<StreamHandle>((handle) => handle.abandon());
  readonly #open = new Set<StreamHandle>();

  constructor(max: number) {
    this.#max = max;
  }

  get count(): number {
    return this.#open.size;
  }

  /** @throws QueueFullError when `limits.openStreams` are open */
  open(): StreamHandle {
    if (this.count >= this.#max) {
      throw new QueueFullError(
        'limits.openStreams',
        `${this.#max} streams are open already; end streams with break, cancel() or await using, or raise limits.openStreams`,
      );
    }
    return new StreamHandle(this);
  }

  /** Tells `stream` when its signal fires, and releases `handle` when it is collected without having ended. */
  watch(stream: Abortable, handle: StreamHandle, fetching: Fetching): void {
    const { signal } = fetching;
    handle.watches(fetching, signal === undefined ? undefined : this.#aborts.add(signal, stream));
    this.#collected.register(stream, handle, handle);
  }

  remember(handle: StreamHandle): void {
    this.#open.add(handle);
  }

  forget(handle: StreamHandle): void {
    this.#open.delete(handle);
    this.#collected.unregister(handle);
  }

  /** The session has closed: nobody else may ever end what is open still, so trackers are told of its end now. */
  endObservations(): void {
    for (const { observation } of this.#open) observation?.end('cancelled');
  }
}
