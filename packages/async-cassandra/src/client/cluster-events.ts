import { EventEmitter } from 'node:events';
import type { ClusterListener } from '../cluster/index.ts';
import { type Logger, thrownMessage } from '../diagnostics/index.ts';
import { ConfigurationError } from '../errors/index.ts';
import type { NodeInfo } from '../metadata/index.ts';
import type { SchemaChange } from '../protocol/index.ts';

/** What a cluster tells its listeners, after its view has changed. */
export interface ClusterEvents {
  nodeUp: [node: NodeInfo];
  nodeDown: [node: NodeInfo];
  nodeAdded: [node: NodeInfo];
  nodeRemoved: [node: NodeInfo];
  schemaChange: [change: SchemaChange];
  topologyChange: [];
}

type Listener<E extends keyof ClusterEvents> = (...args: ClusterEvents[E]) => void;

const EVENTS: readonly string[] = [
  'nodeUp',
  'nodeDown',
  'nodeAdded',
  'nodeRemoved',
  'schemaChange',
  'topologyChange',
] satisfies (keyof ClusterEvents)[];

/** The application's listeners. What one of them throws, or rejects with, is logged and keeps nothing from the others. */
export class ClusterEmitter implements ClusterListener {
  readonly #emitter = new EventEmitter();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
    // Sessions, monitors and the application itself may all listen.
    this.#emitter.setMaxListeners(0);
  }

  on<E extends keyof ClusterEvents>(event: E, listener: Listener<E>): void {
    checkListener(event, listener);
    this.#emitter.on(event, listener as never);
  }

  once<E extends keyof ClusterEvents>(event: E, listener: Listener<E>): void {
    checkListener(event, listener);
    this.#emitter.once(event, listener as never);
  }

  off<E extends keyof ClusterEvents>(event: E, listener: Listener<E>): void {
    checkListener(event, listener);
    this.#emitter.off(event, listener as never);
  }

  nodeUp(node: NodeInfo): void {
    this.#tell('nodeUp', node);
  }

  nodeDown(node: NodeInfo): void {
    this.#tell('nodeDown', node);
  }

  nodeAdded(node: NodeInfo): void {
    this.#tell('nodeAdded', node);
  }

  nodeRemoved(node: NodeInfo): void {
    this.#tell('nodeRemoved', node);
  }

  schemaChange(change: SchemaChange): void {
    this.#tell('schemaChange', change);
  }

  topologyChange(): void {
    this.#tell('topologyChange');
  }

  /** Forgets all listeners. */
  clear(): void {
    this.#emitter.removeAllListeners();
  }

  #tell<E extends keyof ClusterEvents>(event: E, ...args: ClusterEvents[E]): void {
    const failed = (error: unknown): void => {
      this.#logger.error?.(
        { event, error: thrownMessage(error) },
        'A listener of the cluster threw; check the application',
      );
    };
    // `emit` would stop at the first that throws. The copies of `once` take themselves away when they are called.
    for (const listener of this.#emitter.rawListeners(event)) {
      try {
        const result: unknown = Reflect.apply(listener, undefined, args);
        if (result instanceof Promise) result.catch(failed);
      } catch (error) {
        failed(error);
      }
    }
  }
}

function checkListener(event: string, listener: unknown): void {
  if (!EVENTS.includes(event))
    throw new ConfigurationError('event', `A cluster has no such event; check that it is one of ${EVENTS.join(', ')}`);
  if (typeof listener !== 'function')
    throw new ConfigurationError('listener', `A listener of ${event} must be a function`);
}
