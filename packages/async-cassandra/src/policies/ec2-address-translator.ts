import { OptionReader } from '../errors/index.ts';
import type { AddressTranslator } from './address-translator.ts';

/** Options of {@link Ec2AddressTranslator}. */
export interface Ec2AddressTranslatorOptions {
  /** Host names of an IP address: `reverse` of `node:dns/promises`. */
  readonly reverseLookup: (address: string) => Promise<readonly string[]>;
  /** IP addresses of a host name: `resolve4` of `node:dns/promises`. */
  readonly lookup: (host: string) => Promise<readonly string[]>;
}

/**
 * For clusters over several regions of Amazon EC2, whose nodes advertise public addresses: within a node's own region its public name
 * stands for its private address, which is nearer and costs nothing. The name is found by reverse lookup and looked up again; it is not
 * itself the result, as a name that comes from reverse DNS must not be what TLS verifies. An address without a name stays.
 */
export class Ec2AddressTranslator implements AddressTranslator {
  readonly #reverseLookup: Ec2AddressTranslatorOptions['reverseLookup'];
  readonly #lookup: Ec2AddressTranslatorOptions['lookup'];

  /** @throws ConfigurationError naming the option that is wrong */
  constructor(options: Ec2AddressTranslatorOptions) {
    const reader = OptionReader.ofGiven('addressTranslator', options);
    const reverseLookup = reader.functionOf<Ec2AddressTranslatorOptions['reverseLookup']>('reverseLookup');
    const lookup = reader.functionOf<Ec2AddressTranslatorOptions['lookup']>('lookup');
    reader.end();
    this.#reverseLookup = reader.required('reverseLookup', reverseLookup);
    this.#lookup = reader.required('lookup', lookup);
  }

  async translate(e: {
    readonly address: string;
    readonly port: number;
  }): Promise<{ readonly host: string; readonly port: number }> {
    const name = await firstOf(this.#reverseLookup, e.address);
    const address = name === undefined ? undefined : await firstOf(this.#lookup, name);
    return { host: address ?? e.address, port: e.port };
  }
}

async function firstOf(find: (text: string) => Promise<readonly string[]>, text: string): Promise<string | undefined> {
  try {
    return (await find(text))[0];
  } catch {
    // No name or no address: the node stays where it says it is.
    return undefined;
  }
}
