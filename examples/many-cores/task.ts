/** What a thread is to do: plain data, for sessions cannot go from one thread to another. */
export interface Task {
  readonly contactPoints: readonly string[];
  readonly reads: number;
}

export interface Report {
  readonly perSecond: number;
  /** To all nodes, the one for events and metadata not counted. */
  readonly connections: number;
}
