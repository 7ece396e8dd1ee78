import type { ConnectionConfig, DeadlineTicker } from '../connection/index.ts';
import type { ResolvedOptions } from './resolve-options.ts';
import { tlsOptionsFor } from './tls-options.ts';

/** What all connections of a cluster share, but for the version that is still to be agreed on. */
export function connectionDefaults(
  options: ResolvedOptions,
  ticker: DeadlineTicker,
): Omit<ConnectionConfig, 'protocolVersion'> {
  return {
    seams: options.seams,
    ticker,
    compression: options.compression,
    authProvider: options.authProvider,
    tls: tlsOptionsFor(options.tls),
    connectTimeoutMs: options.connectTimeoutMs,
    heartbeatIntervalMs: options.heartbeatIntervalMs,
    heartbeatTimeoutMs: options.heartbeatTimeoutMs,
    maxRequestsPerConnection: options.maxRequestsPerConnection,
    maxEnvelopeBytes: options.maxEnvelopeBytes,
    maxBufferedWriteBytes: options.maxBufferedWriteBytes,
    maxOrphaned: options.maxOrphaned,
    startupOptions: options.startup,
    logger: options.logger,
  };
}
