/**
 * A server that costs little, in a process of its own: the statements of `statements.ts` and batches are answered as they come by bytes
 * made beforehand, everything else by the scripted servers behind it.
 *
 * Takes its options as JSON, prints its port, and ends with its standard input; see `startStub`.
 */
import { fastPathOptions, startStubCluster } from './stub-cluster.ts';
import type { StubOptions } from './stub-options.ts';
import { tcpStubNetwork } from './tcp-stub-network.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as StubOptions;
const network = tcpStubNetwork({
  ...fastPathOptions(options),
  delaysMs: [options.latencyMs ?? 0, options.slowMs ?? 20],
});
const cluster = await startStubCluster(network, options, 0);
process.stdout.write(`${cluster.node(0).port}\n`);
process.stdin.resume().on('end', () => process.exit(0));
