/** What a cluster is doing while it starts. */
export type Progress =
  | {
      readonly phase: 'fetch';
      readonly version: string;
      readonly jarsDone: number;
      readonly jarsTotal: number;
      readonly bytesDone: number;
      readonly bytesTotal: number;
    }
  | {
      readonly phase: 'start';
      /** Nodes that answer queries. */
      readonly nodesReady: number;
      readonly nodesTotal: number;
      readonly elapsedMs: number;
    }
  | { readonly phase: 'ready'; readonly nodesTotal: number; readonly elapsedMs: number };

export type ProgressListener = (progress: Progress) => void;

/** Where the few messages of this package go; `console` fits. Silent by default. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
}

/** The logger of those who gave none. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
};
