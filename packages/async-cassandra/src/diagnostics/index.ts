export { ChannelTracker } from './channel-tracker.ts';
export {
  type AttemptMessage,
  channelNames,
  ClusterChannels,
  type ControlConnectionMessage,
  type NodeMessage,
  RequestChannels,
  type RequestMessage,
  type StreamMessage,
} from './channels.ts';
export { DriverLogger, type LogFields, LogSink } from './driver-logger.ts';
export { type Logger, type LogLevel, type LogMethod, silentLogger } from './logger.ts';
export type {
  RequestTracker,
  TrackedAttempt,
  TrackedNode,
  TrackedRequest,
  TrackedRetry,
  TrackedStatement,
  TrackedStream,
} from './request-tracker.ts';
export { thrownMessage } from './thrown-message.ts';
