import type { ClusterView, TimestampGenerator } from '../policies/index.ts';
import type { NodeInfo } from '../metadata/index.ts';
import { type ConnectionPool, createSharedAbort } from '../cluster/index.ts';
import type { CodecRegistry } from '../codecs/index.ts';
import type { Connection, Seams } from '../connection/index.ts';
import { type Logger, RequestChannels } from '../diagnostics/index.ts';
import { ByteWriter, type ProtocolVersion, type QueryParameters, type SchemaChange } from '../protocol/index.ts';
import { AbortRegistry } from './abort-registry.ts';
import type { Preparation } from './preparation.ts';
import type { TrackerGroup } from './observation/tracker-group.ts';
import { RowsHead } from './result-metadata.ts';
import type { WaitQueue } from './wait-queue.ts';

/** What a session gives its requests; built once at the composition root. */
export interface RequestCoreParts {
  readonly protocolVersion: ProtocolVersion;
  readonly registry: CodecRegistry;
  readonly seams: Seams;
  readonly queue: WaitQueue;
  readonly maxInFlight: number;
  readonly timestampGenerator: TimestampGenerator;
  readonly logger: Logger;
  readonly view: ClusterView;
  /** The session's pool for a node; undefined when it has none. */
  pool(node: NodeInfo): ConnectionPool | undefined;
  /** Replicas of the routing key that lies in `bytes`. */
  replicas(keyspace: string, bytes: Uint8Array, start: number, end: number): readonly NodeInfo[];
  /** Replicas of every routing key, when all nodes hold all of the keyspace; else undefined. */
  replicasOfAll(keyspace: string): readonly NodeInfo[] | undefined;
  /** Prepares on one connection what its node has forgotten. */
  reprepare(connection: Connection, preparation: Preparation, timeoutMs: number): Promise<void>;
  /** Waits until all nodes agree on the schema and the metadata has it. @returns whether they do */
  onSchemaChange(
    change: SchemaChange,
    coordinator: Connection,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<boolean>;
  /** A `USE` statement was executed. */
  onKeyspaceSet(keyspace: string): Promise<void>;
}

/** State that all requests of a session share. Scratch objects are used within one synchronous step only. */
export class RequestCore {
  readonly parts: RequestCoreParts;
  readonly protocolVersion: ProtocolVersion;
  readonly registry: CodecRegistry;
  readonly queue: WaitQueue;
  readonly aborts: AbortRegistry = new AbortRegistry();
  readonly rowsHead: RowsHead = new RowsHead();
  /** For routing keys; null while one is being written. */
  scratch: ByteWriter | null = new ByteWriter(256);
  readonly parameters: QueryParameters = {
    consistency: 0,
    serialConsistency: undefined,
    skipMetadata: false,
    pageSize: undefined,
    pagingState: undefined,
    timestamp: undefined,
    keyspace: undefined,
    nowInSeconds: undefined,
    names: undefined,
  };
  readonly #closing = createSharedAbort();
  /** A request is being encoded, by codecs that may be the application's: what they send has to wait. */
  isEncoding = false;
  /** Attempts whose replies are awaited. */
  inFlight = 0;
  /** Operations that have been accepted and have not settled. */
  active = 0;
  /** The session has closed: nothing is sent any more. */
  isClosed = false;
  /** Who follows requests; null: nobody does. */
  trackers: TrackerGroup | null = null;
  readonly channels: RequestChannels = new RequestChannels();
  /** Whether requests are published on these. */
  isPublishing = false;
  /** Told when the first has subscribed to the channels, or the last has left them. */
  onChannels: (() => void) | null = null;
  /** Keyspace of the session. */
  keyspace: string | undefined;
  /** Told when the last active operation has settled, while the session closes. */
  onIdle: (() => void) | null = null;

  constructor(parts: RequestCoreParts) {
    this.parts = parts;
    this.protocolVersion = parts.protocolVersion;
    this.registry = parts.registry;
    this.queue = parts.queue;
  }

  /** Who follows what begins now; null: nobody does. */
  followers(): TrackerGroup | null {
    if (this.channels.isOn !== this.isPublishing && this.onChannels !== null) this.onChannels();
    return this.trackers;
  }

  /** Has who is in the queue by the end of this step sent then: a connection had room, but was being written to. */
  sendLater(): void {
    this.parts.seams.timers.nextTick(() => this.queue.wake());
  }

  enter(): void {
    this.active++;
  }

  /** Nothing is sent any more; who waits in the queue or for the cluster is told. */
  closeNow(): void {
    this.isClosed = true;
    this.#closing.abort();
    this.queue.failAll();
  }

  /** Fires when the session closes. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  leave(): void {
    this.active--;
    if (this.active === 0 && this.onIdle !== null) this.onIdle();
  }
}
