import { setTimeout as sleep } from 'node:timers/promises';
import { CqlConnection, type CqlEndPoint } from '../cql/cql-connection.ts';
import { EmbeddedCassandraError } from '../errors.ts';
import type { LogFile } from '../process/log-file.ts';
import type { NodeProcess } from '../process/node-process.ts';

const pollMs = 100;
const answerTimeoutMs = 5_000;
const consistencyOne = 1;
const logLines = 20;

/** The time by which something must be done, and the signal that ends it early. */
export interface Deadline {
  readonly at: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

export function deadlineAfter(timeoutMs: number, signal?: AbortSignal): Deadline {
  return { at: Date.now() + timeoutMs, timeoutMs, signal };
}

/**
 * Waits until the node answers OPTIONS, a login and a query.
 *
 * @throws EmbeddedCassandraError `NODE_DIED`, `PORT_TAKEN`, `START_TIMEOUT`, `ABORTED`
 */
export async function waitUntilReady(
  process: NodeProcess,
  endPoint: CqlEndPoint,
  log: LogFile,
  deadline: Deadline,
): Promise<void> {
  const name = `${endPoint.address}:${String(endPoint.port)}`;
  while (process.isRunning) {
    const trouble = await askOnce(endPoint).catch((error: unknown) => error);
    if (trouble === undefined) return;
    checkDeadline(deadline, `Node ${name} did not answer`, trouble, log);
    await sleep(pollMs);
  }
  const death = await deathOf(process, name, log);
  checkAborted(deadline.signal);
  throw death;
}

/** @throws EmbeddedCassandraError `ABORTED` */
export function checkAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new EmbeddedCassandraError('ABORTED', 'Starting Cassandra was aborted', { cause: signal.reason });
}

/** @throws EmbeddedCassandraError `START_TIMEOUT`, `ABORTED` */
export function checkDeadline(deadline: Deadline, what: string, cause: unknown, log: LogFile): void {
  checkAborted(deadline.signal);
  if (Date.now() < deadline.at) return;
  const detail = cause instanceof Error ? ` (${cause.message})` : '';
  throw new EmbeddedCassandraError(
    'START_TIMEOUT',
    `${what} within ${String(deadline.timeoutMs)} ms${detail}; look at its log, or raise startTimeoutMs on a slow machine`,
    { cause, logTail: log.tail(logLines) },
  );
}

async function askOnce(endPoint: CqlEndPoint): Promise<void> {
  const connection = await CqlConnection.open(endPoint, answerTimeoutMs);
  try {
    await connection.query('SELECT key FROM system.local', consistencyOne);
  } finally {
    connection.close();
  }
}

async function deathOf(process: NodeProcess, name: string, log: LogFile): Promise<EmbeddedCassandraError> {
  const { code, signal } = await process.exited;
  const logTail = log.tail(logLines);
  if (logTail.some((line) => /already in use|in use by another process|failed to bind/i.test(line))) {
    const message = `Node ${name} could not start because one of its ports is in use; stop what listens there and start again`;
    return new EmbeddedCassandraError('PORT_TAKEN', message, { logTail });
  }
  const how = signal === null ? `exit code ${String(code)}` : signal;
  const message = `Node ${name} died while it started (${how}); its log tells why, often a wrong setting in yaml or too little memory`;
  return new EmbeddedCassandraError('NODE_DIED', message, { logTail });
}
