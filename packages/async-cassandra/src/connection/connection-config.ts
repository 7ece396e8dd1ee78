import type { Logger } from '../diagnostics/index.ts';
import type { Compression, ProtocolVersion } from '../protocol/index.ts';
import type { AuthProvider } from './auth-provider.ts';
import type { DeadlineTicker } from './deadline-ticker.ts';
import type { EndPoint, Seams, TlsConnectionOptions } from './seams.ts';

/** What all connections of a cluster share. */
export interface ConnectionConfig {
  readonly seams: Seams;
  readonly ticker: DeadlineTicker;
  readonly protocolVersion: ProtocolVersion;
  readonly compression: Compression;
  readonly authProvider: AuthProvider | undefined;
  /** TLS options for an end point; undefined for plain TCP. */
  readonly tls: (endPoint: EndPoint) => TlsConnectionOptions | undefined;
  readonly connectTimeoutMs: number;
  /** 0 sends no heartbeats. */
  readonly heartbeatIntervalMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly maxRequestsPerConnection: number;
  readonly maxEnvelopeBytes: number;
  readonly maxBufferedWriteBytes: number;
  readonly maxOrphaned: number;
  /** Keys and values of STARTUP besides COMPRESSION. */
  readonly startupOptions: ReadonlyMap<string, string>;
  readonly logger: Logger;
}
