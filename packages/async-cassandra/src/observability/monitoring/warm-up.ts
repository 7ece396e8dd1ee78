import type { Timers } from '../../connection/index.ts';
import { AbortError, AsyncCassandraError, ConfigurationError, SessionClosedError } from '../../errors/index.ts';
import type { CheckFailure } from './cluster-metrics.ts';
import { readerOf, type WarmupOptions } from './monitor-options.ts';
import type { ObservableSession } from './observable-session.ts';
import { runBounded } from './run-bounded.ts';

/** A statement that could not be prepared on a node. */
export interface WarmupFailure extends CheckFailure {
  /** Address and port of the node. */
  readonly node: string;
  /** The statement's text. */
  readonly statement: string;
}

/** What a warm-up has come to; plain data. */
export interface WarmupReport {
  /** All connections are open and all statements are prepared on all nodes that can be connected to. */
  readonly isComplete: boolean;
  readonly durationMs: number;
  readonly openConnections: number;
  /** Nodes with connections, by address and port. */
  readonly warmNodes: readonly string[];
  /** Nodes without a connection, by address and port. */
  readonly coldNodes: readonly string[];
  /** How often a statement was prepared on a node. */
  readonly prepared: number;
  /** The first 100 that failed. Those for which no time was left are not among them. */
  readonly failures: readonly WarmupFailure[];
}

const MAX_FAILURES = 100;

function statementsOf(statements: readonly unknown[] | undefined): readonly string[] {
  if (statements === undefined) return [];
  const isText = (text: unknown): text is string => typeof text === 'string' && text !== '';
  if (!Array.isArray(statements) || !statements.every(isText))
    throw new ConfigurationError('statements', 'Option "statements" must be an array of texts; check what it holds');
  return [...new Set<string>(statements)];
}

/**
 * Waits for all connections of a session, then prepares statements on all of its nodes.
 * @throws ConfigurationError, AbortError, SessionClosedError
 */
export async function warmUp(
  session: ObservableSession,
  options: WarmupOptions,
  timers: Timers,
): Promise<WarmupReport> {
  const reader = readerOf('warmupConnections', options);
  const statements = statementsOf(reader.raw('statements') as WarmupOptions['statements']);
  const concurrency = reader.whole('concurrency', 16, 1, 10_000);
  const timeoutMs = reader.duration('timeoutMs', 10_000);
  reader.raw('signal');
  reader.end();
  const startedAt = timers.now();
  const over = new AbortController();
  const end = (): void => over.abort();
  const timer = timers.setTimeout(end, timeoutMs);
  timer.unref?.();
  options.signal?.addEventListener('abort', end, { once: true });
  if (options.signal?.aborted === true) end();
  try {
    const isConnected = await session.awaitConnections(over.signal);
    const failures: WarmupFailure[] = [];
    const { nodes } = session.state;
    const warm = nodes.filter((node) => node.openConnections > 0);
    // Statement by statement: what fails for its text alone is not asked for at all nodes at the same moment.
    const tasks = statements.flatMap((statement) => warm.map((node) => ({ statement, node })));
    let prepared = 0;
    let failed = 0;
    await runBounded(tasks, concurrency, async ({ statement, node }) => {
      const remainingMs = timeoutMs - (timers.now() - startedAt);
      if (over.signal.aborted || remainingMs <= 0) return;
      try {
        await session.prepare(statement, { node: node.hostId, signal: over.signal, timeoutMs: remainingMs });
        prepared++;
      } catch (error) {
        if (error instanceof SessionClosedError) throw error;
        failed++;
        if (failures.length < MAX_FAILURES && !(error instanceof AbortError))
          failures.push({ node: node.endPoint, statement, ...failureOf(error) });
      }
    });
    if (options.signal?.aborted === true)
      throw new AbortError('Warming up was aborted; its signal has the reason', {
        cause: options.signal.reason,
        outcome: 'rejected',
      });
    const { lifecycle, openConnections } = session.state;
    if (lifecycle !== 'open') throw new SessionClosedError('The session was closed while it was warming up');
    return {
      isComplete: isConnected && warm.length === nodes.length && failed === 0 && prepared === tasks.length,
      durationMs: timers.now() - startedAt,
      openConnections,
      warmNodes: warm.map((node) => node.endPoint),
      coldNodes: nodes.filter((node) => node.openConnections === 0).map((node) => node.endPoint),
      prepared,
      failures,
    };
  } finally {
    timers.clearTimeout(timer);
    options.signal?.removeEventListener('abort', end);
  }
}

function failureOf(error: unknown): CheckFailure {
  if (error instanceof AsyncCassandraError) return { code: error.code, message: error.message };
  return { code: 'CASS_ERR_INTERNAL', message: 'Preparing threw something that is no error of the driver' };
}
