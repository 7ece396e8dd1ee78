import type { RequestTracker } from '../../diagnostics/index.ts';
import type { SessionCounters, SessionNodeCounters, SessionState } from '../../session/index.ts';

/** A session as metrics see it; every `AsyncCassandraSession` is one. */
export interface MeasuredSession {
  readonly closed: boolean;
  readonly state: SessionState;
  readonly counters: SessionCounters;
  observe(tracker: RequestTracker): Disposable;
}

/** Whether it tells what metrics are made of; a session of an application's own need not. */
export function isMeasured(session: object): session is MeasuredSession {
  const { observe, counters } = session as Partial<MeasuredSession>;
  return typeof observe === 'function' && counters !== undefined;
}

/** Sums of counters over sessions, those that have closed among them. */
export interface CounterSums {
  preparedHits: number;
  preparedMisses: number;
  trackerFailures: number;
  readonly nodes: Map<string, SessionNodeCounters>;
}

/** Nodes that are remembered once no session knows them any more. */
const MAX_NODES = 5_000;

/** The sessions that are observed. What one that has closed had counted stays in the sums, so that these never fall. */
export class ObservedSessions {
  readonly #sessions = new Set<MeasuredSession>();
  readonly #retired: CounterSums = emptySums();

  /** @returns whether it is new */
  add(session: MeasuredSession): boolean {
    this.#retireClosed();
    if (this.#sessions.has(session)) return false;
    this.#sessions.add(session);
    return true;
  }

  remove(session: MeasuredSession): void {
    if (this.#sessions.delete(session)) addTo(this.#retired, session.counters);
  }

  states(): SessionState[] {
    this.#retireClosed();
    return Array.from(this.#sessions, (session) => session.state);
  }

  sums(): CounterSums {
    this.#retireClosed();
    const sums = emptySums();
    addTo(sums, { ...this.#retired, nodes: [...this.#retired.nodes.values()] });
    for (const session of this.#sessions) addTo(sums, session.counters);
    return sums;
  }

  #retireClosed(): void {
    for (const session of this.#sessions) if (session.closed) this.remove(session);
  }
}

function emptySums(): CounterSums {
  return { preparedHits: 0, preparedMisses: 0, trackerFailures: 0, nodes: new Map() };
}

function addTo(sums: CounterSums, counters: SessionCounters): void {
  sums.preparedHits += counters.preparedHits;
  sums.preparedMisses += counters.preparedMisses;
  sums.trackerFailures += counters.trackerFailures;
  for (const node of counters.nodes) {
    const known = sums.nodes.get(node.hostId);
    sums.nodes.set(node.hostId, known === undefined ? node : sumOf(known, node));
    if (sums.nodes.size > MAX_NODES) sums.nodes.delete([...sums.nodes.keys()][0] as string);
  }
}

function sumOf(a: SessionNodeCounters, b: SessionNodeCounters): SessionNodeCounters {
  return {
    ...b,
    bytesSent: a.bytesSent + b.bytesSent,
    bytesReceived: a.bytesReceived + b.bytesReceived,
    connectionsOpened: a.connectionsOpened + b.connectionsOpened,
    connectionsClosed: a.connectionsClosed + b.connectionsClosed,
    connectionErrors: a.connectionErrors + b.connectionErrors,
    authenticationErrors: a.authenticationErrors + b.authenticationErrors,
  };
}
