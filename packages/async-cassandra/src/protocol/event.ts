import { ProtocolError } from '../errors/index.ts';
import type { ByteReader } from './byte-reader.ts';
import { readSchemaChange, type SchemaChange } from './schema-change.ts';

/** A node joined, left or moved on the ring. MOVED_NODE is not in the specification; servers send it. */
export interface TopologyChangeEvent {
  readonly type: 'TOPOLOGY_CHANGE';
  readonly change: 'NEW_NODE' | 'REMOVED_NODE' | 'MOVED_NODE';
  readonly address: string;
  readonly port: number;
}

/** Gossip says that a node is up or down. */
export interface StatusChangeEvent {
  readonly type: 'STATUS_CHANGE';
  readonly change: 'UP' | 'DOWN';
  readonly address: string;
  readonly port: number;
}

/** The schema changed. */
export interface SchemaChangeEvent {
  readonly type: 'SCHEMA_CHANGE';
  readonly change: SchemaChange;
}

/** An event type that this driver does not know; its body is not read. */
export interface UnknownEvent {
  readonly type: 'UNKNOWN';
  readonly name: string;
}

/** What a server pushes to connections that have registered for it. */
export type ServerEvent = TopologyChangeEvent | StatusChangeEvent | SchemaChangeEvent | UnknownEvent;

/**
 * Reads the body of EVENT: the event type and what belongs to it (native protocol specification v5, section 4.2.6).
 * @throws ProtocolError when a known type tells a change that it does not have
 */
export function readEvent(r: ByteReader): ServerEvent {
  const type = r.readString();
  switch (type) {
    case 'TOPOLOGY_CHANGE': {
      const change = r.readString();
      if (change !== 'NEW_NODE' && change !== 'REMOVED_NODE' && change !== 'MOVED_NODE')
        throw unknownChange(type, change);
      const { address, port } = r.readInet();
      return { type, change, address, port };
    }
    case 'STATUS_CHANGE': {
      const change = r.readString();
      if (change !== 'UP' && change !== 'DOWN') throw unknownChange(type, change);
      const { address, port } = r.readInet();
      return { type, change, address, port };
    }
    case 'SCHEMA_CHANGE':
      return { type, change: readSchemaChange(r) };
    default:
      return { type: 'UNKNOWN', name: type };
  }
}

function unknownChange(type: string, change: string): ProtocolError {
  return new ProtocolError(
    `The server sent the event ${type} with the change "${change.slice(0, 40)}", check its version`,
  );
}
