import type { EndPoint } from './seams.ts';

/** `host:port`, as errors and logs name a node; IPv6 addresses stand in brackets. */
export function nodeName({ host, port }: EndPoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
