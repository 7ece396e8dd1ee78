import { MAX_STREAM_IDS } from '../connection/index.ts';
import type { OptionReader } from '../errors/index.ts';
import type { SessionLimits } from '../session/index.ts';

/** The option `pooling` with nothing absent. */
export interface Pooling {
  readonly connectionsPerNode: number;
  readonly maxRequestsPerConnection: number;
  readonly heartbeatIntervalMs: number;
  readonly heartbeatTimeoutMs: number;
}

/** The option `limits` with nothing absent. */
export type Limits = Omit<SessionLimits, 'maxRequestsPerConnection'>;

const KIB = 1024;
const MIB = KIB * KIB;

/** @throws ConfigurationError naming the path of what is unknown, mistyped or out of range */
export function readPooling(parent: OptionReader): Pooling {
  const reader = parent.inner('pooling');
  const pooling: Pooling = {
    connectionsPerNode: reader.whole('connectionsPerNode', 1, 1, 1_000),
    maxRequestsPerConnection: reader.whole('maxRequestsPerConnection', 16_384, 1, MAX_STREAM_IDS),
    heartbeatIntervalMs: reader.whole('heartbeatIntervalMs', 30_000, 0),
    heartbeatTimeoutMs: reader.duration('heartbeatTimeoutMs', 5_000),
  };
  reader.end();
  return pooling;
}

/** @throws ConfigurationError naming the path of what is unknown, mistyped or out of range */
export function readLimits(parent: OptionReader): Limits {
  const reader = parent.inner('limits');
  const limits: Limits = {
    maxInFlight: reader.whole('maxInFlight', 16_384, 1),
    maxQueued: reader.whole('maxQueued', 65_536, 0),
    maxQueueMs: reader.duration('maxQueueMs', Infinity),
    preparedStatements: reader.whole('preparedStatements', 1_000, 1),
    openStreams: reader.whole('openStreams', 10_000, 1),
    maxEnvelopeBytes: reader.whole('maxEnvelopeBytes', 256 * MIB, 64 * KIB, 2 ** 31 - 1),
    maxBufferedWriteBytes: reader.whole('maxBufferedWriteBytes', 16 * MIB, 64 * KIB),
    maxOrphaned: reader.whole('maxOrphaned', 256, 1, MAX_STREAM_IDS),
  };
  reader.end();
  return limits;
}

/** What of them bounds a session. */
export function sessionLimits(options: Pooling & Limits): SessionLimits {
  return Object.freeze({
    maxInFlight: options.maxInFlight,
    maxRequestsPerConnection: options.maxRequestsPerConnection,
    maxQueued: options.maxQueued,
    maxQueueMs: options.maxQueueMs,
    preparedStatements: options.preparedStatements,
    openStreams: options.openStreams,
    maxEnvelopeBytes: options.maxEnvelopeBytes,
    maxBufferedWriteBytes: options.maxBufferedWriteBytes,
    maxOrphaned: options.maxOrphaned,
  });
}
