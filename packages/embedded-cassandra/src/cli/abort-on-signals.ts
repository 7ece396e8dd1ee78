const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface SignalAbort {
  readonly signal: AbortSignal;
  /** Leaves the signals to Node.js again. */
  release(): void;
}

/** Turns Ctrl-C and its relatives into an abort, so that what runs can be put away. */
export function abortOnSignals(): SignalAbort {
  const controller = new AbortController();
  const abort = (): void => controller.abort(new Error('Interrupted'));
  for (const each of signals) process.on(each, abort);
  return {
    signal: controller.signal,
    release: () => {
      for (const each of signals) process.off(each, abort);
    },
  };
}
