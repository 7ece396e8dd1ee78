export { type Logger, type LogMethod, silentLogger } from './logger.ts';
export type {
  RequestTracker,
  TrackedAttempt,
  TrackedNode,
  TrackedRequest,
  TrackedRetry,
  TrackedStatement,
  TrackedStream,
} from './request-tracker.ts';
