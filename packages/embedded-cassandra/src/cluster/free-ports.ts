import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { EmbeddedCassandraError } from '../errors.ts';

// Below the ports that systems give to outgoing connections: none of those can take one before the node listens.
const lowestPort = 10_000;
const highestPort = 32_000;
const attempts = 200;

/** Finds ports that nothing listens on, each one only once. */
export class FreePorts {
  readonly #given = new Set<number>();

  /** A port that is free on every one of the addresses. */
  async find(addresses: readonly string[]): Promise<number> {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const port = randomInt(lowestPort, highestPort);
      if (!this.#given.has(port) && (await isFreeOnAll(port, addresses))) {
        this.#given.add(port);
        return port;
      }
    }
    throw new EmbeddedCassandraError(
      'PORT_TAKEN',
      `No free port was found on ${addresses.join(', ')}; check that these addresses exist on this machine`,
    );
  }

  /** @throws EmbeddedCassandraError `PORT_TAKEN` */
  async claim(port: number, addresses: readonly string[]): Promise<number> {
    if (!(await isFreeOnAll(port, addresses))) {
      throw new EmbeddedCassandraError(
        'PORT_TAKEN',
        `Port ${String(port)} on ${addresses.join(', ')} is in use; stop what listens there, or leave out the option`,
      );
    }
    this.#given.add(port);
    return port;
  }
}

async function isFreeOnAll(port: number, addresses: readonly string[]): Promise<boolean> {
  for (const address of addresses) if (!(await isFree(port, address))) return false;
  return true;
}

async function isFree(port: number, address: string): Promise<boolean> {
  const server = createServer();
  server.listen(port, address);
  try {
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch {
    return false;
  }
}
