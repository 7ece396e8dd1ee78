export type {
  StatusChange,
  StatusError,
  StatusNode,
  StatusNodeCondition,
  StatusSeries,
  StatusSnapshot,
  StatusTraffic,
} from './status-page/snapshot.ts';
export { StatusPage, type StatusPageOptions, type StatusPageResponse } from './status-page/status-page.ts';
export type { StatusCluster, StatusSession } from './status-page/status-source.ts';
