/** Run by tests as a process of its own: starts a cluster, says so, and waits for ever. Argument: options as JSON. */
import { type EmbeddedClusterOptions, EmbeddedCluster } from '../../src/index.ts';

const [options = '{}', mode = 'wait'] = process.argv.slice(2);
const cluster = await EmbeddedCluster.start(JSON.parse(options) as EmbeddedClusterOptions);
process.stdout.write(`ready ${cluster.contactPoints.join()}\n`);
if (mode === 'wait') setInterval(() => undefined, 60_000);
