import type { EventEmitter } from 'node:events';
import type { ClusterListener } from '../cluster/index.ts';
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

/** Emits what the cluster layer tells. */
export function forwardEvents(emitter: EventEmitter<ClusterEvents>): ClusterListener {
  return {
    nodeUp: (node) => void emitter.emit('nodeUp', node),
    nodeDown: (node) => void emitter.emit('nodeDown', node),
    nodeAdded: (node) => void emitter.emit('nodeAdded', node),
    nodeRemoved: (node) => void emitter.emit('nodeRemoved', node),
    schemaChange: (change) => void emitter.emit('schemaChange', change),
    topologyChange: () => void emitter.emit('topologyChange'),
  };
}
