export { type Authenticator, type AuthProvider, PlainTextAuthProvider } from './auth-provider.ts';
export { call, type Reply } from './call.ts';
export { Connection } from './connection.ts';
export type { ConnectionConfig } from './connection-config.ts';
export { type DeadlineSource, DeadlineTicker } from './deadline-ticker.ts';
export { MAX_STREAM_IDS } from './in-flight-table.ts';
export { negotiateConnection } from './negotiate.ts';
export { openConnection, type OpenOptions } from './open-connection.ts';
export { query } from './query.ts';
export type { RequestHandler } from './request-handler.ts';
export type {
  EndPoint,
  Seams,
  SocketFactory,
  TimerHandle,
  Timers,
  TlsConnectionOptions,
  Transport,
  TransportHandler,
} from './seams.ts';
export { createSystemSeams, systemTimers } from './system-seams.ts';
export { useKeyspace } from './use-keyspace.ts';
