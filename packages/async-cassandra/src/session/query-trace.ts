import { ReadTimeoutError, TimeoutError, UnavailableError } from '../errors/index.ts';
import { sleep } from '../cluster/index.ts';
import { withOwnSignal } from './abort-registry.ts';
import type { CassandraSession } from './cassandra-session.ts';
import type { RequestCore } from './request-core.ts';
import type { RequestOptions } from './request-options.ts';

/** One step of a traced request. */
export interface TraceEvent {
  readonly activity: string;
  /** Address of the node that did it. */
  readonly source: string;
  /** Microseconds since that node began. */
  readonly elapsedMicros: number | null;
  readonly thread: string | null;
}

/** What the servers wrote of a traced request. */
export interface QueryTrace {
  readonly traceId: string;
  readonly request: string | null;
  readonly coordinator: string | null;
  readonly client: string | null;
  readonly command: string | null;
  readonly durationMicros: number;
  readonly startedAt: Date | null;
  readonly parameters: ReadonlyMap<string, string>;
  /** Read from all replicas of the traces; while one of them is away, steps that only it knows are missing. */
  readonly events: readonly TraceEvent[];
}

interface TraceSessionRow extends Record<string, unknown> {
  readonly request: string | null;
  readonly coordinator: string | null;
  readonly client: string | null;
  readonly command: string | null;
  readonly duration: number | null;
  readonly started_at: Date | null;
  readonly parameters: ReadonlyMap<string, string> | null;
}

interface TraceEventRow extends Record<string, unknown> {
  readonly activity: string;
  readonly source: string;
  readonly source_elapsed: number | null;
  readonly thread: string | null;
}

const DEFAULT_TIMEOUT_MS = 5_000;
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 250;
const SESSION_OF = 'SELECT * FROM system_traces.sessions WHERE session_id = ?';
const EVENTS_OF = 'SELECT * FROM system_traces.events WHERE session_id = ?';

/**
 * Reads `system_traces` until the trace is complete: its duration is written last. A server waits for any one replica to take what it
 * writes of a trace, so only all replicas together have all of it: one alone may know the duration and none of the steps.
 */
export async function getTrace(
  session: CassandraSession,
  core: RequestCore,
  traceId: string,
  options: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
): Promise<QueryTrace> {
  const { timers } = core.parts.seams;
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const deadline = timers.now() + timeoutMs;
  const reader = new TraceReader(session, traceId, core.parts.view.nodes.length > 1);
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const trace = await reader.read(Math.max(1, deadline - timers.now()), options.signal);
    if (trace !== null) return trace;
    if (timers.now() + pause >= deadline) {
      throw new TimeoutError(
        `The trace ${traceId} was not complete within ${timeoutMs} ms; check that the request was traced, or ask again later`,
        timeoutMs,
        { outcome: 'rejected' },
      );
    }
    await withOwnSignal(core.aborts, options.signal, (own) => sleep(timers, pause, own, core.closing));
  }
}

class TraceReader {
  readonly #session: CassandraSession;
  readonly #traceId: string;
  /** Asks all replicas until one of them turns out to be away. A lone node has not as many as the keyspace of traces asks for. */
  #consistency: 'ALL' | 'ONE';

  constructor(session: CassandraSession, traceId: string, hasReplicas: boolean) {
    this.#session = session;
    this.#traceId = traceId;
    this.#consistency = hasReplicas ? 'ALL' : 'ONE';
  }

  /** @returns the trace; null while it is not complete */
  async read(timeoutMs: number, signal: AbortSignal | undefined): Promise<QueryTrace | null> {
    try {
      const options = { consistency: this.#consistency, timeoutMs, signal } as const;
      const row = (await this.#select<TraceSessionRow>(SESSION_OF, options))[0];
      if (row === undefined || row.duration === null || row.coordinator === null) return null;
      const events = await this.#select<TraceEventRow>(EVENTS_OF, options);
      return events.length === 0 ? null : traceOf(this.#traceId, row, row.duration, events);
    } catch (error) {
      const isAway = error instanceof UnavailableError || error instanceof ReadTimeoutError;
      if (!isAway || this.#consistency === 'ONE') throw error;
      this.#consistency = 'ONE';
      return null;
    }
  }

  async #select<T extends Record<string, unknown>>(query: string, options: RequestOptions): Promise<T[]> {
    return (await this.#session.execute<T>(query, [this.#traceId], options)).all();
  }
}

function traceOf(
  traceId: string,
  row: TraceSessionRow,
  durationMicros: number,
  events: readonly TraceEventRow[],
): QueryTrace {
  return {
    traceId,
    request: row.request,
    coordinator: row.coordinator,
    client: row.client,
    command: row.command,
    durationMicros,
    startedAt: row.started_at,
    parameters: row.parameters ?? new Map(),
    events: events.map((event) => ({
      activity: event.activity,
      source: event.source,
      elapsedMicros: event.source_elapsed,
      thread: event.thread,
    })),
  };
}
