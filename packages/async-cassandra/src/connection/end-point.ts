import type { EndPoint } from './seams.ts';

/** `host:port`, as errors and logs name a node; IPv6 addresses stand in brackets. */
export function nodeName({ host, port }: EndPoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A node's name, and the address that was connected to where that is another one. */
export function nameAndAddress(name: string, endPoint: EndPoint): string {
  const address = nodeName(endPoint);
  return address === name ? name : `${name} (at ${address})`;
}
