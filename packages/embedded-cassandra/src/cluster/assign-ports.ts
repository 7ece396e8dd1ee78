import { isIPv4 } from 'node:net';
import type { NodePorts } from '../config/cassandra-yaml.ts';
import { EmbeddedCassandraError } from '../errors.ts';
import { FreePorts } from './free-ports.ts';
import type { ResolvedOptions } from './resolve-options.ts';

/** The address of the n-th node (from 0). */
export function addressOf(options: ResolvedOptions, index: number): string {
  return options.addresses === 'shared' ? '127.0.0.1' : `127.0.0.${String(index + 1)}`;
}

/** Ports for the first nodes. */
export async function assignPorts(options: ResolvedOptions, nodes: number): Promise<NodePorts[]> {
  const free = new FreePorts();
  const addresses = Array.from({ length: nodes }, (_, index) => addressOf(options, index));
  const isShared = options.addresses === 'shared';
  const first = isShared ? ['127.0.0.1'] : addresses;
  let native = options.port === undefined ? await free.find(first) : await free.claim(options.port, first);
  const ports: NodePorts[] = [];
  for (const address of addresses) {
    if (isShared && ports.length > 0) native = await free.find([address]);
    ports.push({ native, storage: await free.find([address]), jmx: await free.find(['127.0.0.1']) });
  }
  return ports;
}

/**
 * Whether a node can go on at another address, with the ports it has.
 *
 * @throws EmbeddedCassandraError `INVALID_OPTION`, `PORT_TAKEN`
 */
export async function checkNewAddress(address: string, ports: NodePorts): Promise<void> {
  if (!isIPv4(address) || !address.startsWith('127.')) {
    throw new EmbeddedCassandraError('INVALID_OPTION', 'A node can only move to an address of this machine: 127.x.x.x');
  }
  const free = new FreePorts();
  await free.claim(ports.native, [address]);
  await free.claim(ports.storage, [address]);
}
