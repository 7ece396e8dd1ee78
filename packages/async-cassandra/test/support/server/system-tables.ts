import { t } from '../wire/index.ts';
import type { WireType } from '../wire/index.ts';
import type { NodeModel } from './node-model.ts';
import type { SchemaModel } from './schema-model.ts';
import { schemaTables } from './schema-tables.ts';
import { TableModel } from './table-model.ts';
import type { ModelRow } from './table-model.ts';

const peerColumns: Readonly<Record<string, WireType>> = {
  data_center: t.text,
  host_id: t.uuid,
  preferred_ip: t.inet,
  rack: t.text,
  release_version: t.text,
  schema_version: t.uuid,
  tokens: t.set(t.text),
};

/** What one node needs to know to answer for the system keyspaces. */
export interface SystemView {
  readonly self: NodeModel;
  readonly clusterName: string;
  readonly partitioner: string;
  readonly schema: SchemaModel;
  /** False: a server before 4.0, which has no `system.peers_v2`. */
  readonly hasPeersV2: boolean;
  /** All nodes but this one. */
  peers(): readonly NodeModel[];
}

/** The tables a driver reads to find the cluster and the schema, as Cassandra 4 and 5 define them, by `keyspace.table`. */
export function systemTables(view: SystemView): ReadonlyMap<string, TableModel> {
  const tables = [localTable(view), peersTable(view), ...schemaTables(view.schema)];
  if (view.hasPeersV2) tables.push(peersV2Table(view));
  return new Map(tables.map((table) => [`${table.keyspace}.${table.name}`, table]));
}

function localTable(view: SystemView): TableModel {
  const columns: Record<string, WireType> = {
    key: t.text,
    bootstrapped: t.text,
    broadcast_address: t.inet,
    broadcast_port: t.int,
    cluster_name: t.text,
    cql_version: t.text,
    data_center: t.text,
    gossip_generation: t.int,
    host_id: t.uuid,
    listen_address: t.inet,
    listen_port: t.int,
    native_protocol_version: t.text,
    partitioner: t.text,
    rack: t.text,
    release_version: t.text,
    rpc_address: t.inet,
    rpc_port: t.int,
    schema_version: t.uuid,
    tokens: t.set(t.text),
    truncated_at: t.map(t.uuid, t.blob),
  };
  return new TableModel('system', 'local', columns, {
    rows: () => {
      const { self, clusterName, partitioner } = view;
      return [
        {
          key: 'local',
          bootstrapped: 'COMPLETED',
          broadcast_address: self.address,
          broadcast_port: 7000,
          cluster_name: clusterName,
          cql_version: '3.4.7',
          data_center: self.dataCenter,
          gossip_generation: 1,
          host_id: self.hostId,
          listen_address: self.address,
          listen_port: 7000,
          native_protocol_version: '5',
          partitioner,
          rack: self.rack,
          release_version: self.releaseVersion,
          rpc_address: self.address,
          rpc_port: self.port,
          schema_version: self.schemaVersion,
          tokens: self.tokens,
        },
      ];
    },
  });
}

function peersTable(view: SystemView): TableModel {
  return new TableModel(
    'system',
    'peers',
    { peer: t.inet, ...peerColumns, rpc_address: t.inet },
    { rows: () => view.peers().map(peerRow) },
  );
}

function peersV2Table(view: SystemView): TableModel {
  const columns = {
    peer: t.inet,
    peer_port: t.int,
    ...peerColumns,
    native_address: t.inet,
    native_port: t.int,
    preferred_port: t.int,
  };
  return new TableModel('system', 'peers_v2', columns, {
    partitionKey: ['peer'],
    clusteringKey: ['peer_port'],
    rows: () => view.peers().map(peerRow),
  });
}

/** Serves both tables: each reads the columns it has. */
function peerRow(node: NodeModel, index: number): ModelRow {
  const key = { peer: node.address, peer_port: 7000 + index };
  if (!node.complete) return key;
  return {
    ...key,
    data_center: node.dataCenter,
    host_id: node.hostId,
    native_address: node.address,
    native_port: node.port,
    rack: node.rack,
    release_version: node.releaseVersion,
    rpc_address: node.address,
    schema_version: node.schemaVersion,
    tokens: node.tokens,
  };
}
