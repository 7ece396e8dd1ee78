import type { EndPoint } from '../connection/index.ts';
import { ConfigurationError } from '../errors/index.ts';

const BRACKETED = /^\[([^\]]+)\](?::(\d+))?$/;
const HOST_AND_PORT = /^([^:]+):(\d+)$/;
const MAX_PORT = 65_535;

/**
 * Reads `host`, `host:port`, `[ipv6]:port` and bare IPv6 addresses.
 * @throws ConfigurationError naming the contact point's place in the list
 */
export function parseContactPoint(text: unknown, index: number, defaultPort: number): EndPoint {
  const path = `contactPoints[${index}]`;
  const refuse = (): never => {
    throw new ConfigurationError(
      path,
      `Option "${path}" must be a host or address, with or without a port: "10.0.0.1", "cassandra.internal:9043", "[::1]:9042"`,
    );
  };
  if (typeof text !== 'string') return refuse();
  const trimmed = text.trim();
  const match = BRACKETED.exec(trimmed) ?? HOST_AND_PORT.exec(trimmed);
  const host = match?.[1] ?? trimmed;
  if (host === '' || /[\s/@]/.test(host) || (match === null && trimmed.includes(':') && !isBareIpv6(trimmed)))
    return refuse();
  const port = match?.[2] === undefined ? defaultPort : Number(match[2]);
  if (port < 1 || port > MAX_PORT) return refuse();
  return { host, port };
}

function isBareIpv6(text: string): boolean {
  return /^[0-9a-fA-F:.]+$/.test(text) && text.split(':').length > 2;
}
