import type { Abortable } from './abort-registry.ts';

interface Watched {
  readonly targets: Set<WeakRef<Abortable>>;
  readonly listener: () => void;
}

/**
 * Tells of AbortSignals without holding anything: a signal refers to what it ends by a WeakRef, and nothing here refers
 * to the signal. One listener for each signal, gone with the last of its targets.
 */
export class WeakAborts {
  readonly #signals = new WeakMap<AbortSignal, Watched>();

  /** @returns ends the watch; it keeps neither signal nor target alive */
  add(signal: AbortSignal, target: Abortable): () => void {
    const ref = new WeakRef(target);
    this.#watch(signal).targets.add(ref);
    const weakSignal = new WeakRef(signal);
    return () => {
      const known = weakSignal.deref();
      if (known !== undefined) this.#remove(known, ref);
    };
  }

  #watch(signal: AbortSignal): Watched {
    const known = this.#signals.get(signal);
    if (known !== undefined) return known;
    const targets = new Set<WeakRef<Abortable>>();
    const listener = (): void => {
      for (const target of [...targets]) target.deref()?.onAborted(signal.reason);
    };
    const watched = { targets, listener };
    this.#signals.set(signal, watched);
    signal.addEventListener('abort', listener, { once: true });
    return watched;
  }

  #remove(signal: AbortSignal, ref: WeakRef<Abortable>): void {
    const watched = this.#signals.get(signal);
    if (watched?.targets.delete(ref) !== true || watched.targets.size > 0) return;
    this.#signals.delete(signal);
    signal.removeEventListener('abort', watched.listener);
  }
}
