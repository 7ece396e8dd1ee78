import { OptionReader } from '../errors/index.ts';
import type { AddressTranslator } from './address-translator.ts';

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

/** Translates by a fixed table, for clusters behind port forwarding or network address translation. What is not in it stays. */
export class FixedAddressTranslator implements AddressTranslator {
  readonly #targets = new Map<string, Target>();

  /** @throws ConfigurationError naming the entry that is wrong */
  constructor(options: FixedAddressTranslatorOptions) {
    const reader = OptionReader.ofGiven('addressTranslator', options);
    const addresses = reader.inner('addresses');
    reader.end();
    reader.required('addresses', options.addresses);
    const form = 'of the form host or host:port';
    for (const [from, to] of Object.entries(addresses.rest())) {
      const source = parseTarget(from) ?? addresses.refuse(from, form);
      this.#targets.set(keyOf(source.host, source.port), parseTarget(to) ?? addresses.refuse(from, form));
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

/** `host`, `host:port`, `[::1]:port`, `[::1]` or `::1`; undefined when it is none of them. */
function parseTarget(text: unknown): Target | undefined {
  if (typeof text !== 'string') return undefined;
  const match =
    /^(?:\[([^\]\s]+)\]|([^:\s[\]]+))(?::([0-9]{1,5}))?$/.exec(text) ??
    /^()((?:[0-9a-fA-F.]*:){2,}[0-9a-fA-F.]*)$/.exec(text);
  const host = match?.[1] || match?.[2];
  const port = match?.[3] === undefined ? undefined : Number(match[3]);
  const isSound = host !== undefined && host !== '' && (port === undefined || (port > 0 && port < 65_536));
  return isSound ? { host, port } : undefined;
}
