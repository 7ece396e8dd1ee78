import type { TrackedNode, TrackedRequest, TrackedRetry, TrackedStream } from '../../diagnostics/index.ts';
import { type AsyncCassandraError, QueueFullError } from '../../errors/index.ts';
import { BucketHistogram, bucketOf } from './bucket-histogram.ts';
import { CounterMap } from './counter-map.ts';
import { errorCategory, errorType, retryReason } from './error-category.ts';
import type { QueryType } from './query-metrics.ts';

const TYPES: readonly QueryType[] = ['simple', 'prepared', 'batch', 'prepare'];
const MAX_NODES = 5_000;

/** Requests that one node has answered. */
export interface NodeStatistics {
  node: TrackedNode;
  readonly durations: BucketHistogram;
}

/**
 * What is counted of requests, in fields and typed arrays: an untroubled request allocates nothing here. Everything else is
 * worked out when somebody reads.
 */
export class RequestStatistics {
  readonly errors: CounterMap = new CounterMap();
  readonly retries: CounterMap = new CounterMap();
  readonly ignoredErrors: CounterMap = new CounterMap();
  readonly nodeErrors: CounterMap = new CounterMap(50_000);
  readonly streams: CounterMap = new CounterMap();
  readonly queueDelays: BucketHistogram = new BucketHistogram();
  clientTimeouts = 0;
  aborted = 0;
  queueRejections = 0;
  speculativeExecutions = 0;
  rows = 0;
  readonly #succeeded = TYPES.map(() => new BucketHistogram());
  readonly #failed = TYPES.map(() => new BucketHistogram());
  readonly #bySlot: (NodeStatistics | undefined)[] = [];
  readonly #byHost = new Map<string, NodeStatistics>();

  ended(request: TrackedRequest, error: AsyncCassandraError | null): void {
    const ms = request.elapsedMs;
    const type = typeIndex(request);
    if (request.queueDelayMs > 0) this.queueDelays.add(request.queueDelayMs);
    this.speculativeExecutions += request.speculativeExecutions;
    if (error !== null) {
      (this.#failed[type] as BucketHistogram).add(ms);
      this.#failedWith(request, error);
      return;
    }
    const bucket = bucketOf(ms);
    (this.#succeeded[type] as BucketHistogram).addTo(bucket, ms);
    this.rows += request.rows ?? 0;
    const node = request.coordinator;
    if (node !== undefined) this.#of(node).durations.addTo(bucket, ms);
  }

  /** A request that somebody else has made and measured. */
  recorded(type: QueryType, durationMs: number, success: boolean, error: string | undefined): void {
    const histograms = success ? this.#succeeded : this.#failed;
    (histograms[TYPES.indexOf(type)] as BucketHistogram).add(durationMs);
    if (!success) this.errors.add(error ?? 'Error', 'internal');
  }

  retried({ decision, error, node }: TrackedRetry): void {
    (decision === 'ignore' ? this.ignoredErrors : this.retries).add(retryReason(error));
    this.nodeErrors.add(node.endPoint, node.dataCenter, errorCategory(error));
  }

  streamEnded({ kind, ending }: TrackedStream): void {
    this.streams.add(kind, ending);
  }

  *durations(): Generator<readonly [type: QueryType, success: boolean, histogram: BucketHistogram]> {
    for (const [i, type] of TYPES.entries()) {
      yield [type, true, this.#succeeded[i] as BucketHistogram];
      yield [type, false, this.#failed[i] as BucketHistogram];
    }
  }

  get nodes(): Iterable<NodeStatistics> {
    return this.#byHost.values();
  }

  #failedWith(request: TrackedRequest, error: AsyncCassandraError): void {
    const category = errorCategory(error);
    this.errors.add(errorType(error), category);
    if (category === 'client_timeout') this.clientTimeouts++;
    if (error.code === 'CASS_ERR_ABORTED') this.aborted++;
    if (error instanceof QueueFullError) this.queueRejections++;
    const node = request.coordinator;
    if (node !== undefined && error.node !== undefined) this.nodeErrors.add(node.endPoint, node.dataCenter, category);
  }

  #of(node: TrackedNode): NodeStatistics {
    const known = this.#bySlot[node.slot];
    if (known !== undefined && known.node === node) return known;
    // Another description of the same node, a newcomer, or a node of another cluster.
    let statistics = this.#byHost.get(node.hostId);
    if (statistics === undefined) {
      statistics = { node, durations: new BucketHistogram() };
      this.#byHost.set(node.hostId, statistics);
      if (this.#byHost.size > MAX_NODES) this.#byHost.delete([...this.#byHost.keys()][0] as string);
    }
    statistics.node = node;
    this.#bySlot[node.slot] = statistics;
    return statistics;
  }
}

function typeIndex(request: TrackedRequest): number {
  if (request.isPrepared) return 1;
  const { type } = request;
  return type === 'batch' ? 2 : type === 'prepare' ? 3 : 0;
}
