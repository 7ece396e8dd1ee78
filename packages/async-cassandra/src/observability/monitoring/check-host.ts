import type { Timers } from '../../connection/index.ts';
import { AbortError, AsyncCassandraError, SessionClosedError } from '../../errors/index.ts';
import type { SessionNodeState } from '../../session/index.ts';
import type { CheckFailure, HostMetrics } from './cluster-metrics.ts';
import type { ObservableSession } from './observable-session.ts';

/** Every node answers it from its own memory, whatever is the matter with the others. */
const HEALTH_CHECK = "SELECT host_id, cluster_name, release_version FROM system.local WHERE key = 'local'";

/** A check of a node, and what only rounds want to know of it. */
export interface CheckedHost {
  readonly metrics: HostMetrics;
  readonly clusterName: string | null;
}

interface Bounds {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Asks one node, and that one alone, who it is.
 * @throws AbortError, SessionClosedError; whatever else goes wrong makes the node `down`
 */
export async function checkHost(
  session: ObservableSession,
  node: SessionNodeState,
  { timeoutMs, signal }: Bounds,
  timers: Timers,
): Promise<CheckedHost> {
  const startedAt = timers.now();
  const described = (answer: Answer): CheckedHost => ({
    metrics: {
      hostId: node.hostId,
      address: node.endPoint,
      dataCenter: node.dataCenter,
      rack: node.rack,
      status: answer.failure === null ? 'up' : 'down',
      releaseVersion: answer.releaseVersion,
      connectionCount: node.openConnections,
      inFlight: node.inFlight,
      latencyMs: answer.failure === null ? timers.now() - startedAt : null,
      lastError: answer.failure,
      lastCheck: Math.floor(timers.wallClockMicros() / 1000),
    },
    clusterName: answer.clusterName,
  });
  try {
    const result = await session.execute(HEALTH_CHECK, undefined, {
      node: node.hostId,
      consistency: 'ONE',
      idempotent: true,
      timeoutMs,
      signal,
    });
    return described(readAnswer(node, result.one()));
  } catch (error) {
    if (signal?.aborted === true || error instanceof AbortError || error instanceof SessionClosedError) throw error;
    return described({ failure: failureOf(error), releaseVersion: null, clusterName: null });
  }
}

interface Answer {
  readonly failure: CheckFailure | null;
  readonly releaseVersion: string | null;
  readonly clusterName: string | null;
}

function readAnswer(node: SessionNodeState, row: Readonly<Record<string, unknown>> | null): Answer {
  const releaseVersion = textOf(row?.['release_version']);
  const clusterName = textOf(row?.['cluster_name']);
  if (row?.['host_id'] === node.hostId) return { failure: null, releaseVersion, clusterName };
  const failure = {
    code: 'CASS_ERR_CONNECTION',
    message: `Another node answers at ${node.endPoint}; check the addresses of the cluster and the option addressTranslator`,
  };
  return { failure, releaseVersion: null, clusterName: null };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function failureOf(error: unknown): CheckFailure {
  if (error instanceof AsyncCassandraError) return { code: error.code, message: error.message };
  return { code: 'CASS_ERR_INTERNAL', message: 'The check threw something that is no error of the driver' };
}
