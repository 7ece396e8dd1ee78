import type { Connection, TimerHandle, Timers } from '../connection/index.ts';
import type { Logger } from '../diagnostics/index.ts';
import { ConnectionError } from '../errors/index.ts';
import type { NodeInfo } from '../metadata/index.ts';
import type { SchemaChange, ServerEvent } from '../protocol/index.ts';
import type { AddressBook } from './address-book.ts';
import type { ClusterState } from './cluster-state.ts';
import { CoalescedTask } from './coalesced-task.ts';
import type { ControlListener } from './control-connection.ts';
import { Debouncer } from './debouncer.ts';
import { ExpectedMembers } from './expected-members.ts';
import type { MetadataKeeper } from './metadata-keeper.ts';
import { changesTopology, diffNodes, withoutDuplicates } from './node-diff.ts';
import type { IncompleteRow } from './node-rows.ts';
import type { SchemaKeeper } from './schema-keeper.ts';
import { readTopology, type TopologyReading } from './topology-reader.ts';

/** How long the first event of a batch waits for others, at most. */
const WINDOW_MS = 1_000;
/** So many events are acted on without waiting. */
const MAX_EVENTS = 20;
/** A new client's first requests go before a reading of the whole schema; clients that start together spread theirs. */
const FIRST_CONTENTS_MS = 200;

export interface ClusterRefresherOptions {
  readonly state: ClusterState;
  readonly metadata: MetadataKeeper;
  readonly schema: SchemaKeeper;
  readonly addresses: AddressBook;
  readonly timers: Timers;
  readonly random: () => number;
  readonly logger: Logger;
  /** Port of nodes that tell none. */
  readonly port: number;
  /** Bounds each query. */
  readonly timeoutMs: number;
  /** Called with the first reading, before anybody sees its nodes. What it throws fails the first contact. */
  readonly onFirstReading: (reading: TopologyReading, nodes: ReadonlyMap<string, NodeInfo>) => void;
}

interface SchemaNews {
  readonly change: SchemaChange;
  readonly isEvent: boolean;
}

interface Source {
  readonly connection: Connection;
  readonly isCurrent: () => boolean;
}

/**
 * Keeps nodes and metadata as the cluster has them: takes in what a new control connection reads, acts on events, and
 * reads again what they say has changed, never twice at the same time. A connection that cannot be read from is closed,
 * so that another node is asked everything.
 */
export class ClusterRefresher implements ControlListener {
  readonly #options: ClusterRefresherOptions;
  readonly #nodeEvents: Debouncer<ServerEvent>;
  readonly #schemaEvents: Debouncer<SchemaChange>;
  readonly #readNodes: CoalescedTask<void>;
  readonly #readSchema: CoalescedTask<void>;
  /** What the next reading of the schema has to follow, and whether the application is to be told of it. */
  #schemaNews: SchemaNews[] = [];
  #mustReadAll = false;
  /** How keyspaces are replicated is known: no need to wait for it again. */
  #knowsReplication = false;
  /** What is in keyspaces is followed: not before somebody is connected, who would have to wait behind it. */
  #followsContents = false;
  #firstContents: TimerHandle | null = null;
  readonly #expected = new ExpectedMembers();
  readonly #warnedOf = new Set<string>();
  #source: Source | null = null;
  #isFirst = true;
  #readAgain: TimerHandle | null = null;

  constructor(options: ClusterRefresherOptions) {
    this.#options = options;
    const { timers, random } = options;
    const debounce = { timers, random, windowMs: WINDOW_MS, maxEvents: MAX_EVENTS };
    this.#nodeEvents = new Debouncer(debounce, () => void this.refreshNodes());
    this.#schemaEvents = new Debouncer(debounce, (changes) => void this.#followSchema(changes, true));
    this.#readNodes = new CoalescedTask(() => this.#guarded((source) => this.#refreshNodes(source)));
    this.#readSchema = new CoalescedTask(() => this.#guarded((source) => this.#refreshSchema(source)));
  }

  async connected(connection: Connection, reading: TopologyReading, isCurrent: () => boolean): Promise<void> {
    this.#source = { connection, isCurrent };
    // What the events were about is in this reading.
    this.#nodeEvents.clear();
    this.#expected.clear();
    await this.#takeIn(reading, isCurrent);
    this.#schemaEvents.flush();
    if (this.#followsContents) void this.refreshSchema();
    else {
      await this.#options.schema.readReplication(connection, isCurrent);
      this.#knowsReplication = true;
    }
  }

  /** From now on reads what is in the keyspaces that are kept, in the background. */
  followContents(): void {
    if (this.#followsContents || !this.#knowsReplication || this.#source === null) return;
    this.#followsContents = true;
    if (!this.#options.schema.keepsContents) return;
    const { timers, random } = this.#options;
    this.#firstContents = timers.setTimeout(() => void this.refreshSchema(), FIRST_CONTENTS_MS * (1 - random() / 2));
  }

  event(event: ServerEvent): void {
    const { state } = this.#options;
    switch (event.type) {
      case 'TOPOLOGY_CHANGE':
        if (event.change !== 'MOVED_NODE')
          this.#expected.expect(event.address, event.port, event.change === 'NEW_NODE');
        this.#nodeEvents.add(event);
        return;
      case 'STATUS_CHANGE': {
        const node = state.nodeAt(event.address, event.port);
        if (event.change === 'DOWN') {
          if (node !== undefined) state.saidDown(node);
          return;
        }
        if (node !== undefined) state.saidUp(node);
        else this.#expected.expect(event.address, event.port, true);
        // It may have come back as another version, or another node.
        this.#nodeEvents.add(event);
        return;
      }
      case 'SCHEMA_CHANGE':
        this.#schemaEvents.add(event.change);
        return;
      default:
        this.#options.logger.debug?.({ event: event.name }, 'Event of an unknown type');
    }
  }

  /** Reads the nodes. Resolves when they are taken in, or when the control connection is gone: its successor reads them. */
  refreshNodes(): Promise<void> {
    return this.#readNodes.request();
  }

  /** Reads the schema, in the same way: all of it that is kept, or what one change is about. */
  refreshSchema(change?: SchemaChange): Promise<void> {
    if (change !== undefined) return this.#followSchema([change], false);
    this.#clearFirstContents();
    this.#mustReadAll = true;
    return this.#readSchema.request();
  }

  /** Nothing is read, or waited for, until there is another control connection. */
  pause(): void {
    this.#source = null;
    this.#nodeEvents.clear();
    this.#schemaEvents.clear();
    this.#expected.clear();
    this.#clearReadAgain();
    this.#clearFirstContents();
  }

  close(): void {
    this.pause();
    this.#nodeEvents.close();
    this.#schemaEvents.close();
  }

  #followSchema(changes: readonly SchemaChange[], isEvent: boolean): Promise<void> {
    for (const change of changes) this.#schemaNews.push({ change, isEvent });
    return this.#readSchema.request();
  }

  async #refreshSchema({ connection, isCurrent }: Source): Promise<void> {
    const { schema, state } = this.#options;
    const news = this.#schemaNews;
    const mustReadAll = this.#mustReadAll;
    this.#schemaNews = [];
    this.#mustReadAll = false;
    let found: readonly SchemaChange[] = [];
    try {
      if (mustReadAll) found = await schema.readAll(connection, isCurrent);
      else {
        await schema.readChanged(
          connection,
          news.map(({ change }) => change),
          isCurrent,
        );
      }
    } catch (error) {
      // Its successor as control connection reads everything; what is to be told is told then.
      this.#schemaNews = [...news, ...this.#schemaNews];
      throw error;
    }
    const told = news.filter(({ isEvent }) => isEvent).map(({ change }) => change);
    for (const change of told) state.tellSchemaChange(change);
    if (!mustReadAll) return;
    // What events have told of is in the reading too.
    const known = new Set(told.map(keyOf));
    for (const change of found) if (!known.has(keyOf(change))) state.tellSchemaChange(change);
  }

  async #guarded(read: (source: Source) => Promise<void>): Promise<void> {
    const source = this.#source;
    if (source === null || !source.isCurrent()) return;
    try {
      await read(source);
    } catch (error) {
      const { connection, isCurrent } = source;
      if (!isCurrent()) return;
      const { node } = connection;
      connection.close(
        new ConnectionError(`Node ${node} could not be asked for the state of the cluster; the cause tells why`, {
          cause: error,
          node,
        }),
      );
    }
  }

  async #refreshNodes({ connection, isCurrent }: Source): Promise<void> {
    const { port, timeoutMs } = this.#options;
    const reading = await readTopology(connection, port, timeoutMs);
    await this.#takeIn(reading, isCurrent);
  }

  async #takeIn(reading: TopologyReading, isCurrent: () => boolean): Promise<void> {
    const { state, metadata, addresses } = this.#options;
    const isConnected = (hostId: string): boolean => (state.nodeByHostId(hostId)?.connections.length ?? 0) > 0;
    const rows = withoutDuplicates(reading.nodes, state.members, isConnected);
    const targets = await addresses.look(rows, isConnected);
    if (!isCurrent()) return;
    this.#warnOfIncomplete(reading.incomplete);
    const diff = diffNodes(state.members, rows);
    if (this.#isFirst) this.#options.onFirstReading(reading, diff.nodes);
    this.#isFirst = false;
    metadata.setCluster(reading.clusterName, reading.partitioner);
    const ring = metadata.setNodes(diff.nodes, changesTopology(diff));
    const isOtherTopology = state.applyNodes(diff, targets);
    this.#readAgainLater(this.#expected.check((address, port) => state.hasMemberAt(address, port)));
    await ring;
    if (isOtherTopology) state.tellTopologyChange();
  }

  #readAgainLater(delayMs: number | undefined): void {
    this.#clearReadAgain();
    if (delayMs === undefined) return;
    this.#readAgain = this.#options.timers.setTimeout(() => {
      this.#readAgain = null;
      void this.refreshNodes();
    }, delayMs);
  }

  #clearReadAgain(): void {
    if (this.#readAgain !== null) this.#options.timers.clearTimeout(this.#readAgain);
    this.#readAgain = null;
  }

  #clearFirstContents(): void {
    if (this.#firstContents !== null) this.#options.timers.clearTimeout(this.#firstContents);
    this.#firstContents = null;
  }

  #warnOfIncomplete(rows: readonly IncompleteRow[]): void {
    for (const { peer, missing } of rows) {
      const key = `${peer} ${missing.join(' ')}`;
      if (this.#warnedOf.has(key)) continue;
      this.#warnedOf.add(key);
      this.#options.logger.warn?.(
        { peer, missing },
        'A peer is left out: its row in the system tables is not complete. Check whether the node has joined or left',
      );
    }
  }
}

function keyOf({ changeType, target, keyspace, name, argumentTypes }: SchemaChange): string {
  return JSON.stringify([changeType, target, keyspace, name, argumentTypes]);
}
