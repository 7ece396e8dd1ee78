import type { Channel } from 'node:diagnostics_channel';
import type { Timers } from '../connection/index.ts';
import {
  ClusterChannels,
  type ControlConnectionMessage,
  type Logger,
  type NodeMessage,
  thrownMessage,
} from '../diagnostics/index.ts';
import type { AsyncCassandraError } from '../errors/index.ts';
import type { NodeInfo } from '../metadata/index.ts';
import type { SchemaChange } from '../protocol/index.ts';

/** What a cluster tells the application. Everything is told after the cluster's view has changed. */
export interface ClusterListener {
  nodeUp?(node: NodeInfo): void;
  nodeDown?(node: NodeInfo): void;
  nodeAdded?(node: NodeInfo): void;
  nodeRemoved?(node: NodeInfo): void;
  schemaChange?(change: SchemaChange): void;
  /** Nodes came, went or moved, or the ring is another one. */
  topologyChange?(): void;
}

/**
 * Tells a listener what happened, in order, but after the work at hand: so it may do anything, closing the cluster
 * included, and what it throws harms nobody.
 */
export class ClusterNotifier {
  readonly #listener: ClusterListener;
  readonly #timers: Timers;
  readonly #logger: Logger;
  readonly #channels = new ClusterChannels();
  #queue: { readonly event: string; readonly call: () => void }[] = [];

  constructor(listener: ClusterListener, timers: Timers, logger: Logger) {
    this.#listener = listener;
    this.#timers = timers;
    this.#logger = logger;
  }

  nodeUp(node: NodeInfo): void {
    this.#logger.info?.({ node: node.endPoint }, 'Node is up');
    this.#publish(this.#channels.nodeUp, node);
    this.#enqueue('nodeUp', () => this.#listener.nodeUp?.(node));
  }

  nodeDown(node: NodeInfo): void {
    this.#logger.warn?.({ node: node.endPoint }, 'Node is down');
    this.#publish(this.#channels.nodeDown, node);
    this.#enqueue('nodeDown', () => this.#listener.nodeDown?.(node));
  }

  nodeAdded(node: NodeInfo): void {
    this.#logger.info?.({ node: node.endPoint, hostId: node.hostId }, 'Node was added');
    this.#enqueue('nodeAdded', () => this.#listener.nodeAdded?.(node));
  }

  nodeRemoved(node: NodeInfo): void {
    this.#logger.info?.({ node: node.endPoint, hostId: node.hostId }, 'Node was removed');
    this.#enqueue('nodeRemoved', () => this.#listener.nodeRemoved?.(node));
  }

  /** A connection of a pool, or the control connection, is open. */
  connectionOpened(node: NodeInfo): void {
    this.#publish(this.#channels.connectionOpen, node);
  }

  connectionClosed(node: NodeInfo): void {
    this.#publish(this.#channels.connectionClose, node);
  }

  controlConnectionOpened(node: string): void {
    this.#publishControl(this.#channels.controlConnectionOpen, { node, error: undefined });
  }

  controlConnectionLost(node: string, error: AsyncCassandraError | undefined): void {
    this.#publishControl(this.#channels.controlConnectionLost, { node, error });
  }

  schemaChange(change: SchemaChange): void {
    this.#enqueue('schemaChange', () => this.#listener.schemaChange?.(change));
  }

  topologyChange(): void {
    this.#enqueue('topologyChange', () => this.#listener.topologyChange?.());
  }

  /** In order with what listeners are told, and as they are: after the work at hand. */
  #publish(channel: Channel, { endPoint, hostId, dataCenter, rack }: NodeInfo): void {
    if (!channel.hasSubscribers) return;
    const message: NodeMessage = { node: endPoint, hostId, dataCenter, rack };
    this.#enqueue('a subscriber', () => channel.publish(message));
  }

  #publishControl(channel: Channel, message: ControlConnectionMessage): void {
    if (channel.hasSubscribers) this.#enqueue('a subscriber', () => channel.publish(message));
  }

  #enqueue(event: string, call: () => void): void {
    this.#queue.push({ event, call });
    if (this.#queue.length === 1) this.#timers.nextTick(() => this.#flush());
  }

  #flush(): void {
    const queue = this.#queue;
    this.#queue = [];
    for (const { event, call } of queue) {
      try {
        call();
      } catch (error) {
        this.#logger.error?.({ event, error: thrownMessage(error) }, 'A listener threw; check the application');
      }
    }
  }
}
