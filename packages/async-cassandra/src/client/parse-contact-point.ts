import { parseInet } from '../codecs/index.ts';
import type { EndPoint } from '../connection/index.ts';
import { ConfigurationError } from '../errors/index.ts';

const BRACKETED = /^\[([^\]]+)\](?::(\d+))?$/;
const HOST_AND_PORT = /^([^:]+):(\d+)$/;
/** Letters of any alphabet: the resolver turns them into ASCII. Underscores are common in names of containers. */
const HOST_NAME = /^[\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}_-]*(?:\.[\p{L}\p{M}\p{N}_-]+)*\.?$/u;
const DIGITS_AND_DOTS = /^[\d.]+$/;
/** The zone of a link-local address (RFC 4007, section 11). */
const ZONE = /%[\w.~-]+$/;
const MAX_HOST_CHARS = 253;
const MAX_PORT = 65_535;

/**
 * Reads `host`, `host:port`, `[ipv6]:port` and bare IPv6 addresses.
 * @throws ConfigurationError naming the contact point's place in the list
 */
export function parseContactPoint(text: unknown, index: number, defaultPort: number): EndPoint {
  const point = typeof text === 'string' ? readEndPoint(text.trim(), defaultPort) : null;
  if (point !== null) return point;
  const path = `contactPoints[${index}]`;
  throw new ConfigurationError(
    path,
    `Option "${path}" must be a host or address, with or without a port: "10.0.0.1", "cassandra.internal:9043", "[::1]:9042"`,
  );
}

function readEndPoint(text: string, defaultPort: number): EndPoint | null {
  const bracketed = BRACKETED.exec(text);
  const match = bracketed ?? HOST_AND_PORT.exec(text);
  const host = match?.[1] ?? text;
  const port = match?.[2] === undefined ? defaultPort : Number(match[2]);
  if (port < 1 || port > MAX_PORT) return null;
  const isHost = isIpv6(host) || (bracketed === null && (parseInet(host) !== null || isHostName(host)));
  return isHost ? { host, port } : null;
}

function isHostName(host: string): boolean {
  return host.length <= MAX_HOST_CHARS && !DIGITS_AND_DOTS.test(host) && HOST_NAME.test(host);
}

function isIpv6(host: string): boolean {
  return host.includes(':') && parseInet(host.replace(ZONE, '')) !== null;
}
