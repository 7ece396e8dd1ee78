import type { EmbeddedCluster } from '../cluster/embedded-cluster.ts';
import { environmentOf } from '../environment.ts';
import { seconds } from './progress-display.ts';

/** What a person needs to connect, ending with lines to paste into a shell. */
export function describeCluster(cluster: EmbeddedCluster): string {
  const lines = [
    `Apache Cassandra ${cluster.version} is ready after ${seconds(cluster.readyAfterMs)} s`,
    ...cluster.nodes.map((node) => `  ${String(node)}  ${node.dataCenter}/${node.rack}  log: ${String(node.log)}`),
  ];
  const { tls } = cluster;
  if (tls !== undefined) {
    lines.push(`CA certificate: ${tls.caFile}`, `Client certificate and key: ${tls.certFile} ${tls.keyFile}`);
  }
  for (const [name, value] of Object.entries(environmentOf(cluster))) lines.push(`export ${name}=${value}`);
  return `${[...lines, 'Press Ctrl-C to stop'].join('\n')}\n`;
}
