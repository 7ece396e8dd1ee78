import type { Command } from 'commander';
import { supportedVersions } from '../catalogue/release.ts';
import { EmbeddedCluster } from '../cluster/embedded-cluster.ts';
import { abortOnSignals } from './abort-on-signals.ts';
import { createProgressDisplay } from './progress-display.ts';
import { collect, parseDataCenters, parseInteger, parseList, parseSetting } from './parse-flags.ts';
import { describeCluster } from './describe-cluster.ts';

interface StartFlags {
  readonly dataCenters?: Record<string, number> | string[];
  readonly yaml?: readonly (readonly [string, unknown])[];
  readonly tls?: boolean;
  readonly clientAuth?: boolean;
  readonly timeout?: number;
  readonly nodes?: number;
  readonly heapMb?: number;
  readonly port?: number;
  readonly addresses?: 'shared' | 'distinct';
}

const watchMs = 1_000;

/** `embedded-cassandra start` */
export function addStartCommand(program: Command): void {
  program
    .command('start')
    .description('start a cluster and keep it until Ctrl-C')
    .option('--nodes <number>', 'nodes in all data centres together', parseInteger)
    .option('--version <version>', `Cassandra's version: ${supportedVersions().join(', ')}`)
    .option('--data-centers <list>', 'dc1,dc2 or dc1:2,dc2:1', parseDataCenters)
    .option('--racks <list>', 'rack1,rack2,...', parseList)
    .option('--addresses <kind>', 'shared: 127.0.0.1 with different ports; distinct: 127.0.0.1, 127.0.0.2, ...')
    .option('--port <port>', 'native port of the first node; otherwise a free one', parseInteger)
    .option('--heap-mb <megabytes>', 'largest heap of a node', parseInteger)
    .option('--auth', 'demand user name and password (cassandra / cassandra)')
    .option('--tls', 'encrypt client connections, with certificates made for this cluster')
    .option('--client-auth', 'demand a certificate from clients; implies --tls')
    .option('--yaml <setting=value>', 'a setting of cassandra.yaml; may be repeated', collect(parseSetting))
    .option('--jvm-args <argument>', 'an argument of the JVM; may be repeated', collect(String))
    .option('--java-home <folder>', 'instead of JAVA_HOME and the PATH')
    .option('--repository <address>', 'root of a Maven repository, instead of Maven')
    .option('--cache-dir <folder>', 'where files are kept between runs')
    .option('--work-dir <folder>', 'where the data goes until the end')
    .option('--timeout <seconds>', 'for all nodes to be ready', parseInteger)
    .action(start);
}

async function start(flags: StartFlags): Promise<void> {
  const { yaml, tls, clientAuth, timeout, ...others } = flags;
  const display = createProgressDisplay(process.stderr);
  const stop = abortOnSignals();
  try {
    const cluster = await EmbeddedCluster.start({
      ...others,
      ...(yaml === undefined ? {} : { yaml: Object.fromEntries(yaml) }),
      ...(tls === true || clientAuth === true ? { tls: { clientAuth: clientAuth === true } } : {}),
      ...(timeout === undefined ? {} : { startTimeoutMs: timeout * 1000 }),
      onProgress: display.onProgress,
      logger: display.logger,
      signal: stop.signal,
    });
    display.finish();
    process.stdout.write(describeCluster(cluster));
    await untilAborted(stop.signal, cluster);
    process.stderr.write('Stopping\n');
    await cluster.stop();
  } finally {
    display.finish();
    stop.release();
  }
}

/** Keeps this process alive, and tells when a node is gone. */
async function untilAborted(signal: AbortSignal, cluster: EmbeddedCluster): Promise<void> {
  const gone = new Set<string>();
  const watch = setInterval(() => {
    for (const node of cluster.nodes) {
      if (node.state !== 'stopped' || gone.has(String(node))) continue;
      gone.add(String(node));
      process.stderr.write(`Node ${String(node)} died; the end of its log:\n${node.log.tail(10).join('\n')}\n`);
    }
  }, watchMs);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  clearInterval(watch);
}
