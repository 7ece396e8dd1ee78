import type { EndPoint, TlsConnectionOptions } from '../connection/index.ts';
import type { TlsOption } from './cluster-options.ts';

/**
 * The TLS options of each new connection. Certificates are verified unless the application says otherwise; a function
 * is asked anew for each connection, so that certificates can rotate.
 */
export function tlsOptionsFor(option: TlsOption | undefined): (endPoint: EndPoint) => TlsConnectionOptions | undefined {
  if (option === undefined || option === false) return () => undefined;
  if (option === true) return () => ({});
  if (typeof option === 'function') return (endPoint) => option(endPoint);
  return () => option;
}
