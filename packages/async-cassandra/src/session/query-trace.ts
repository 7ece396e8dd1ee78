import { TimeoutError } from '../errors/index.ts';
import { sleep } from '../cluster/index.ts';
import { withOwnSignal } from './abort-registry.ts';
import type { CassandraSession } from './cassandra-session.ts';
import type { RequestCore } from './request-core.ts';

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

/** Reads `system_traces` until the trace is complete: its duration is written last. */
export async function getTrace(
  session: CassandraSession,
  core: RequestCore,
  traceId: string,
  options: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
): Promise<QueryTrace> {
  const { timers } = core.parts.seams;
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const deadline = timers.now() + timeoutMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const left = Math.max(1, deadline - timers.now());
    const requestOptions = { consistency: 'ONE', signal: options.signal, timeoutMs: left } as const;
    const found = await session.execute<TraceSessionRow>(
      'SELECT * FROM system_traces.sessions WHERE session_id = ?',
      [traceId],
      requestOptions,
    );
    const row = found.one();
    if (row !== null && row.duration !== null) {
      const events = await session.execute<TraceEventRow>(
        'SELECT * FROM system_traces.events WHERE session_id = ?',
        [traceId],
        requestOptions,
      );
      return {
        traceId,
        request: row.request,
        coordinator: row.coordinator,
        client: row.client,
        command: row.command,
        durationMicros: row.duration,
        startedAt: row.started_at,
        parameters: row.parameters ?? new Map(),
        events: (await events.all()).map((event) => ({
          activity: event.activity,
          source: event.source,
          elapsedMicros: event.source_elapsed,
          thread: event.thread,
        })),
      };
    }
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
