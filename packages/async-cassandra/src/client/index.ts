export { AsyncCluster } from './cluster.ts';
export type { ClusterEvents } from './cluster-events.ts';
export type { ClusterOptions, Credentials, LimitOptions, PoolingOptions, TlsOption } from './cluster-options.ts';
export {
  type CloseOnSignalsOptions,
  closeOnSignals,
  type ClosesOnSignal,
  type SignalCloser,
} from './close-on-signals.ts';
