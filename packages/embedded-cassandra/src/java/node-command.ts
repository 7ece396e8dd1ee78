import { delimiter } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { NodePorts } from '../config/cassandra-yaml.ts';
import type { NodeFolder } from '../config/node-folder.ts';
import { heapAndCompilerOptions, moduleOptions } from './java-options.ts';

export interface NodeCommandSettings {
  readonly javaMajor: number;
  readonly jars: readonly string[];
  readonly folder: NodeFolder;
  readonly address: string;
  readonly ports: NodePorts;
  readonly heapMb: number;
  readonly ringDelayMs: number;
  /** Of what Cassandra keeps for itself: roles and passwords, so that logins work while a node is down, and more. */
  readonly systemReplicas: number;
  readonly jvmArgs: readonly string[];
}

/** The arguments of `java` that start one node. */
export function nodeArguments(settings: NodeCommandSettings): string[] {
  const { folder, ports } = settings;
  return [
    ...heapAndCompilerOptions(settings.heapMb),
    ...moduleOptions(settings.javaMajor),
    ...systemProperties({
      'cassandra.config': pathToFileURL(folder.yamlFile).href,
      'cassandra-rackdc.properties': pathToFileURL(folder.rackFile).href,
      'logback.configurationFile': folder.logbackFile,
      'cassandra.storagedir': folder.path,
      'java.io.tmpdir': folder.path,
      'cassandra.jmx.local.port': ports.jmx,
      'cassandra-foreground': 'yes',
      'cassandra.system_auth.default_rf': settings.systemReplicas,
      'cassandra.system_distributed.default_rf': settings.systemReplicas,
      ...hurry(settings.ringDelayMs),
    }),
    ...settings.jvmArgs,
    '-cp',
    settings.jars.join(delimiter),
    'org.apache.cassandra.service.CassandraDaemon',
  ];
}

/** The waits of a production cluster that a test cluster has no use for. */
function hurry(ringDelayMs: number): Record<string, string | number> {
  return {
    'cassandra.ring_delay_ms': ringDelayMs,
    'cassandra.skip_wait_for_gossip_to_settle': 0,
    'cassandra.consistent.rangemovement': 'false',
    'cassandra.superuser_setup_delay_ms': 200,
    'cassandra.shutdown_announce_in_ms': 0,
    'cassandra.auth_bcrypt_gensalt_log2_rounds': 4,
    // Else measured at each start by filling a memtable with 100,000 rows, for 2 seconds.
    'cassandra.memtable.row_overhead_size': 180,
  };
}

function systemProperties(properties: Record<string, string | number>): string[] {
  return Object.entries(properties).map(([name, value]) => `-D${name}=${String(value)}`);
}
