import assert from 'node:assert/strict';
import type {
  RequestTracker,
  TrackedAttempt,
  TrackedRequest,
  TrackedRetry,
  TrackedStream,
} from '../../../src/diagnostics/index.ts';
import type { AsyncCassandraError } from '../../../src/errors/index.ts';

/** What a tracker was told, as one line a call. Calls that do not fit those before are collected in `faults`. */
export class RecordingTracker implements RequestTracker {
  readonly lines: string[] = [];
  readonly faults: string[] = [];
  readonly running: Set<TrackedRequest> = new Set();
  readonly attempts: Set<TrackedAttempt> = new Set();
  readonly streams: Set<TrackedStream> = new Set();
  #count = 0;

  onStart(request: TrackedRequest): void {
    if (request.observed !== undefined) this.faults.push('something is in the place of a new request');
    request.observed = ++this.#count;
    this.running.add(request);
    this.lines.push(`start ${request.type} ${request.cql}`);
  }

  onAttemptStart(request: TrackedRequest, attempt: TrackedAttempt): void {
    this.#check(request);
    if (attempt.ending !== 'running') this.faults.push(`an attempt begins ${attempt.ending}`);
    attempt.observed = attempt.number;
    this.attempts.add(attempt);
    this.lines.push(`attempt ${attempt.number}${attempt.isSpeculative ? ' speculative' : ''}`);
  }

  onAttemptEnd(request: TrackedRequest, attempt: TrackedAttempt, error: AsyncCassandraError | null): void {
    this.#check(request);
    if (!this.attempts.delete(attempt)) this.faults.push('an attempt ends that does not run');
    if (attempt.observed !== attempt.number) this.faults.push('an attempt has lost what was kept');
    if ((attempt.ending === 'failed') !== (error !== null)) this.faults.push(`${attempt.ending} with ${error?.name}`);
    this.lines.push(`attempt ${attempt.number} ${attempt.ending}${error === null ? '' : ` ${error.name}`}`);
  }

  onRetry(request: TrackedRequest, { decision, error }: TrackedRetry): void {
    this.#check(request);
    this.lines.push(`${decision} ${error.name}`);
  }

  onEnd(request: TrackedRequest, error: AsyncCassandraError | null): void {
    this.#check(request);
    this.running.delete(request);
    const rows = request.rows === undefined ? '' : ` ${request.rows} rows`;
    this.lines.push(`end ${error === null ? `ok${rows}` : error.name}`);
  }

  onStreamStart(stream: TrackedStream): void {
    stream.observed = ++this.#count;
    this.streams.add(stream);
    this.lines.push(`${stream.kind} ${stream.cql ?? stream.table}`);
  }

  onStreamEnd(stream: TrackedStream, error: AsyncCassandraError | null): void {
    if (!this.streams.delete(stream)) this.faults.push('a stream ends that is not open');
    if (typeof stream.observed !== 'number') this.faults.push('a stream has lost what was kept');
    if ((stream.ending === 'failed') !== (error !== null)) this.faults.push(`${stream.ending} with ${error?.name}`);
    const { ending, pages, rows } = stream;
    this.lines.push(`${stream.kind} ${ending} ${pages} pages ${rows} rows${error === null ? '' : ` ${error.name}`}`);
  }

  /** What was told since the last time. */
  take(): string[] {
    return this.lines.splice(0);
  }

  /** Everything that began has ended, once. */
  assertBalanced(): void {
    assert.deepEqual(this.faults, []);
    assert.deepEqual([this.running.size, this.attempts.size, this.streams.size], [0, 0, 0]);
  }

  #check(request: TrackedRequest): void {
    if (!this.running.has(request)) this.faults.push(`told of a request that does not run: ${request.cql}`);
    if (typeof request.observed !== 'number') this.faults.push('a request has lost what was kept');
  }
}
