/** Something that an AbortSignal ends. */
export interface Abortable {
  onAborted(reason: unknown): void;
}

interface Watched {
  readonly abortables: Set<Abortable>;
  readonly listener: () => void;
}

/** One listener for each signal however many requests share it, gone with the last of them (rule 4 of the design). */
export class AbortRegistry {
  readonly #signals = new Map<AbortSignal, Watched>();

  add(signal: AbortSignal, abortable: Abortable): void {
    let watched = this.#signals.get(signal);
    if (watched === undefined) {
      const abortables = new Set<Abortable>();
      const listener = (): void => {
        this.#signals.delete(signal);
        for (const each of abortables) each.onAborted(signal.reason);
      };
      watched = { abortables, listener };
      this.#signals.set(signal, watched);
      signal.addEventListener('abort', listener, { once: true });
    }
    watched.abortables.add(abortable);
  }

  remove(signal: AbortSignal, abortable: Abortable): void {
    const watched = this.#signals.get(signal);
    if (watched === undefined) return;
    watched.abortables.delete(abortable);
    if (watched.abortables.size > 0) return;
    this.#signals.delete(signal);
    signal.removeEventListener('abort', watched.listener);
  }
}

/**
 * Runs `work` with a signal of its own that fires when `signal` does: what listens to it directly, as waits of other
 * layers do, adds nothing to the one listener.
 */
export async function withOwnSignal<T>(
  aborts: AbortRegistry,
  signal: AbortSignal | undefined,
  work: (own: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (signal === undefined || signal.aborted) return work(signal);
  const controller = new AbortController();
  const abortable = { onAborted: (reason: unknown): void => controller.abort(reason) };
  aborts.add(signal, abortable);
  try {
    return await work(controller.signal);
  } finally {
    aborts.remove(signal, abortable);
  }
}
