import type { EndPoint, TlsConnectionOptions } from '../connection/index.ts';
import { ConfigurationError } from '../errors/index.ts';
import type { TlsOption } from './cluster-options.ts';

/**
 * The TLS options of each new connection. Certificates are verified unless the application says otherwise; a function
 * is asked anew for each connection, so that certificates can rotate.
 */
export function tlsOptionsFor(option: TlsOption | undefined): (endPoint: EndPoint) => TlsConnectionOptions | undefined {
  if (option === undefined || option === false) return () => undefined;
  if (option === true) return () => ({});
  if (typeof option === 'function') return (endPoint) => checked(option(endPoint));
  return () => option;
}

/** Whatever else the function returns must not lead to a connection without TLS, or with other options than were meant. */
function checked(options: unknown): TlsConnectionOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options) || options instanceof Promise) {
    throw new ConfigurationError(
      'tls',
      'Option "tls" is a function that did not return options; check that it returns an object, and no promise',
    );
  }
  return options;
}
