import { join } from 'node:path';
import type { TlsFiles } from '../tls/tls-files.ts';

/** Where a node listens. */
export interface NodePorts {
  readonly native: number;
  readonly storage: number;
  readonly jmx: number;
}

export interface NodeSettings {
  readonly clusterName: string;
  readonly address: string;
  readonly ports: NodePorts;
  /** `address:storagePort` of the nodes that a new one asks for the ring. */
  readonly seeds: readonly string[];
  readonly tokens: readonly string[];
  /** Whether the node fetches its share of the data first; the first nodes of a cluster have nobody to ask. */
  readonly bootstrap: boolean;
  readonly auth: boolean;
  readonly tls: TlsFiles | undefined;
  /** Merged over everything else, key by key. */
  readonly overrides: Readonly<Record<string, unknown>>;
}

/** The settings of one node. Cassandra reads YAML, of which JSON is a part. */
export function cassandraYaml(folder: string, settings: NodeSettings): string {
  const yaml = merge(
    {
      ...identity(settings),
      ...folders(folder),
      ...footprint,
      ...features,
      ...security(settings),
    },
    settings.overrides,
  );
  return `${JSON.stringify(yaml, null, 2)}\n`;
}

function identity(settings: NodeSettings): Record<string, unknown> {
  const { address, ports, tokens } = settings;
  return {
    cluster_name: settings.clusterName,
    partitioner: 'org.apache.cassandra.dht.Murmur3Partitioner',
    endpoint_snitch: 'GossipingPropertyFileSnitch',
    num_tokens: tokens.length,
    initial_token: tokens.join(','),
    auto_bootstrap: settings.bootstrap,
    listen_address: address,
    rpc_address: address,
    storage_port: ports.storage,
    ssl_storage_port: ports.storage,
    native_transport_port: ports.native,
    seed_provider: [
      {
        class_name: 'org.apache.cassandra.locator.SimpleSeedProvider',
        parameters: [{ seeds: settings.seeds.join(',') }],
      },
    ],
  };
}

function folders(folder: string): Record<string, unknown> {
  return {
    data_file_directories: [join(folder, 'data')],
    commitlog_directory: join(folder, 'commitlog'),
    saved_caches_directory: join(folder, 'saved_caches'),
    hints_directory: join(folder, 'hints'),
    cdc_raw_directory: join(folder, 'cdc_raw'),
  };
}

const footprint = {
  commitlog_sync: 'periodic',
  commitlog_sync_period: '10000ms',
  commitlog_total_space: '256MiB',
  file_cache_size: '32MiB',
  networking_cache_size: '32MiB',
  key_cache_size: '8MiB',
  counter_cache_size: '4MiB',
  prepared_statements_cache_size: '16MiB',
  concurrent_compactors: 1,
  auto_snapshot: false,
  block_for_peers_timeout_in_secs: -1, // the ring is checked from outside
  dynamic_snitch: false,
};

const features = {
  user_defined_functions_enabled: true,
  materialized_views_enabled: true,
  sasi_indexes_enabled: true,
};

function security({ auth, tls }: NodeSettings): Record<string, unknown> {
  return {
    authenticator: auth ? 'PasswordAuthenticator' : 'AllowAllAuthenticator',
    authorizer: auth ? 'CassandraAuthorizer' : 'AllowAllAuthorizer',
    role_manager: 'CassandraRoleManager',
    ...(tls === undefined ? {} : { client_encryption_options: clientEncryption(tls) }),
  };
}

function clientEncryption(tls: TlsFiles): Record<string, unknown> {
  return {
    enabled: true,
    optional: false,
    require_client_auth: tls.clientAuth,
    ssl_context_factory: { class_name: 'org.apache.cassandra.security.PEMBasedSslContextFactory' },
    keystore: tls.serverPemFile,
    truststore: tls.caFile,
  };
}

function merge(base: Record<string, unknown>, over: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const existing = merged[key];
    if (value === undefined) delete merged[key];
    else merged[key] = isMap(existing) && isMap(value) ? merge(existing, value) : value;
  }
  return merged;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
