import type { EndPoint, Seams } from '../connection/index.ts';
import type { Logger } from '../diagnostics/index.ts';
import { ConnectionError } from '../errors/index.ts';
import { formatEndPoint } from '../metadata/index.ts';
import type { NodeFailure } from './connection-failure.ts';
import { waitFor } from './waiting.ts';

/** What resolving needs. */
export interface ResolveOptions {
  readonly seams: Seams;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** Contact points resolved: where to connect, and why the others could not be resolved. */
export interface ResolvedContactPoints {
  readonly endPoints: readonly EndPoint[];
  readonly failures: readonly NodeFailure[];
}

const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;

/** Whether a host is an IP address and needs no lookup. */
export function isIpAddress(host: string): boolean {
  return host.includes(':') || IPV4.test(host);
}

/**
 * Looks up the host names among the contact points, side by side. A name can stand for many nodes. All names are looked
 * up anew each time: in Kubernetes the addresses behind a name may all have changed.
 */
export async function resolveContactPoints(
  contactPoints: readonly EndPoint[],
  options: ResolveOptions,
): Promise<ResolvedContactPoints> {
  const found = new Map<string, EndPoint>();
  const failures: NodeFailure[] = [];
  const resolved = await Promise.all(contactPoints.map((point) => resolve(point, options)));
  resolved.forEach((result, i) => {
    const { host, port } = contactPoints[i] as EndPoint;
    if (result instanceof ConnectionError) {
      failures.push({ node: formatEndPoint(host, port), error: result });
      options.logger.warn?.({ contactPoint: host, error: result.message }, 'Could not look up a contact point');
      return;
    }
    for (const endPoint of result) {
      const name = formatEndPoint(endPoint.host, endPoint.port);
      if (!found.has(name)) found.set(name, endPoint);
    }
  });
  return { endPoints: [...found.values()], failures };
}

async function resolve(point: EndPoint, options: ResolveOptions): Promise<readonly EndPoint[] | ConnectionError> {
  const { host, port } = point;
  if (isIpAddress(host)) return [{ host, port }];
  const { seams, timeoutMs, signal } = options;
  const failed = (cause: unknown): ConnectionError =>
    new ConnectionError(`Contact point ${host} could not be looked up; check the name and the DNS`, {
      cause,
      node: formatEndPoint(host, port),
    });
  try {
    const lookup = Promise.resolve().then(() => seams.lookup(host));
    const timeoutError = (): Error => new Error(`No answer within ${timeoutMs} ms`);
    const addresses = await waitFor(lookup, { timers: seams.timers, timeoutMs, signal, timeoutError });
    if (addresses.length === 0) return failed(new Error('The name has no address'));
    return addresses.map((address) => ({ host: address, port, serverName: host }));
  } catch (error) {
    return failed(error);
  }
}

/** The same items in random order: not every client of a cluster begins with the same node. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const item = result[i] as T;
    result[i] = result[j] as T;
    result[j] = item;
  }
  return result;
}
