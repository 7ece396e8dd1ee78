import type { EndPoint, Timers } from '../connection/index.ts';
import { type Logger, thrownMessage } from '../diagnostics/index.ts';
import type { AddressTranslator } from '../policies/index.ts';
import { waitFor } from './waiting.ts';

/** What translating needs. */
export interface AddressBookOptions {
  readonly translator: AddressTranslator | undefined;
  /** Where the contact points were found, with their names. */
  readonly contactPoints: () => readonly EndPoint[];
  readonly timers: Timers;
  readonly timeoutMs: number;
  readonly logger: Logger;
}

/** A node to look up: what it advertises. */
export interface Listing {
  readonly hostId: string;
  readonly address: string;
  readonly port: number;
}

interface Entry {
  readonly address: string;
  readonly port: number;
  readonly target: EndPoint;
}

/**
 * Knows where to connect to each node. A node that is connected keeps its translation while it advertises the same
 * address; others are translated anew at each reading. Where the translator fails, the last translation holds, or the
 * address that the node advertises.
 */
export class AddressBook {
  readonly #options: AddressBookOptions;
  #entries = new Map<string, Entry>();

  constructor(options: AddressBookOptions) {
    this.#options = options;
  }

  /** Where to connect, by host id; forgets nodes that are not listed. */
  async look(
    listings: readonly Listing[],
    isConnected: (hostId: string) => boolean,
  ): Promise<ReadonlyMap<string, EndPoint>> {
    const entries = await Promise.all(
      listings.map(async ({ hostId, address, port }): Promise<[string, Entry]> => {
        const known = this.#entries.get(hostId);
        const isSame = known !== undefined && known.address === address && known.port === port;
        if (isSame && isConnected(hostId)) return [hostId, known];
        const otherwise = isSame ? known.target : { host: address, port };
        return [hostId, { address, port, target: await this.#translate(address, port, otherwise) }];
      }),
    );
    this.#entries = new Map(entries);
    return new Map(entries.map(([hostId, { target }]) => [hostId, target]));
  }

  async #translate(address: string, port: number, otherwise: EndPoint): Promise<EndPoint> {
    const { translator, contactPoints, timers, timeoutMs, logger } = this.#options;
    if (translator === undefined) {
      // A node that is a contact point keeps the name that it was looked up by: TLS verifies it.
      return contactPoints().find((point) => point.host === address && point.port === port) ?? { host: address, port };
    }
    try {
      const translating = Promise.resolve().then(() => translator.translate({ address, port }));
      const timeoutError = (): Error => new Error(`No answer within ${timeoutMs} ms`);
      const target = await waitFor(translating, { timers, timeoutMs, timeoutError });
      if (typeof target.host !== 'string' || target.host === '' || !Number.isInteger(target.port))
        throw new TypeError('The answer is not { host, port }');
      return { host: target.host, port: target.port };
    } catch (error) {
      logger.warn?.({ address, port, error: thrownMessage(error) }, 'The address translator failed; check it');
      return otherwise;
    }
  }
}
