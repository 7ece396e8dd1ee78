import type { RequestTracker, TrackedStream } from '../../diagnostics/index.ts';
import { toTypedError } from './typed-error.ts';
import { Observed, type TrackerGroup } from './tracker-group.ts';

/** What is known of a stream or scan when it begins. */
export interface StreamFacts {
  readonly kind: 'stream' | 'scan';
  readonly cql: string | undefined;
  readonly keyspace: string | undefined;
  readonly table: string | undefined;
}

/** Tells trackers of one stream or scan. It refers to neither, so that one which was forgotten can be collected. */
export class StreamObservation extends Observed implements TrackedStream {
  readonly kind: 'stream' | 'scan';
  readonly cql: string | undefined;
  readonly keyspace: string | undefined;
  readonly table: string | undefined;
  readonly startedAtMs: number;
  pages = 0;
  rows = 0;
  ending: TrackedStream['ending'] = 'open';
  readonly #group: TrackerGroup;

  constructor(group: TrackerGroup, { kind, cql, keyspace, table }: StreamFacts, now: number) {
    super();
    this.#group = group;
    this.kind = kind;
    this.cql = cql;
    this.keyspace = keyspace;
    this.table = table;
    this.startedAtMs = now;
    group.tell(this, tellStart);
  }

  /** The consumer has reached another page. */
  reached(rows: number): void {
    this.pages++;
    this.rows += rows;
  }

  /** @param error - when the ending is `failed` */
  end(ending: Exclude<TrackedStream['ending'], 'open'>, error?: unknown): void {
    if (this.ending !== 'open') return;
    this.ending = ending;
    const known = ending === 'failed' ? toTypedError(error) : null;
    this.#group.tell(this, (tracker, stream) => tracker.onStreamEnd?.(stream, known));
  }
}

function tellStart(tracker: RequestTracker, stream: StreamObservation): void {
  tracker.onStreamStart?.(stream);
}
