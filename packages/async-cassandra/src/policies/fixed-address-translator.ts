import type { AddressTranslator } from './address-translator.ts';
import { checkOptionNames, refuse } from './options.ts';

/** Options of {@link FixedAddressTranslator}. */
export interface FixedAddressTranslatorOptions {
  /**
   * Where to connect, by what nodes advertise. Both are `host` or `host:port`, with IPv6 addresses in brackets where a port follows;
   * what has no port keeps the node's. An entry with the port counts before one without.
   */
  readonly addresses: Readonly<Record<string, string>>;
}

interface Target {
  readonly host: string;
  readonly port: number | undefined;
}

const PATH = 'addressTranslator.addresses';

/** Translates by a fixed table, for clusters behind port forwarding or network address translation. What is not in it stays. */
export class FixedAddressTranslator implements AddressTranslator {
  readonly #targets = new Map<string, Target>();

  /** @throws ConfigurationError naming the entry that is wrong */
  constructor(options: FixedAddressTranslatorOptions) {
    checkOptionNames('addressTranslator', options, ['addresses']);
    const { addresses } = options;
    if (typeof addresses !== 'object' || addresses === null) refuse(PATH, 'must be an object');
    for (const [from, to] of Object.entries(addresses)) {
      const source = parseTarget(`${PATH}.${from}`, from);
      this.#targets.set(keyOf(source.host, source.port), parseTarget(`${PATH}.${from}`, to));
    }
  }

  translate(e: {
    readonly address: string;
    readonly port: number;
  }): Promise<{ readonly host: string; readonly port: number }> {
    const target = this.#targets.get(keyOf(e.address, e.port)) ?? this.#targets.get(keyOf(e.address, undefined));
    return Promise.resolve({ host: target?.host ?? e.address, port: target?.port ?? e.port });
  }
}

function keyOf(host: string, port: number | undefined): string {
  return `${host} ${port ?? ''}`;
}

/** `host`, `host:port`, `[::1]:port`, `[::1]` or `::1`. */
function parseTarget(path: string, text: unknown): Target {
  if (typeof text === 'string') {
    const match =
      /^(?:\[([^\]\s]+)\]|([^:\s[\]]+))(?::([0-9]{1,5}))?$/.exec(text) ??
      /^()((?:[0-9a-fA-F.]*:){2,}[0-9a-fA-F.]*)$/.exec(text);
    const host = match?.[1] || match?.[2];
    const port = match?.[3] === undefined ? undefined : Number(match[3]);
    if (host !== undefined && host !== '' && (port === undefined || (port > 0 && port < 65_536))) return { host, port };
  }
  refuse(path, 'must be of the form host or host:port');
}
