import { type Channel, channel, type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import type { AsyncCassandraError } from '../errors/index.ts';

/** What the channels `async-cassandra:execute` and `:prepare` are told: one object from start to end. */
export interface RequestMessage {
  readonly type: 'query' | 'page' | 'batch' | 'prepare';
  /** The text with its markers, never the values bound to them; it holds the literals that the caller has written into it. */
  readonly cql: string;
  /** The first keyword, in upper case. */
  readonly operation: string;
  readonly keyspace: string | undefined;
  readonly table: string | undefined;
  readonly consistency: string;
  readonly isIdempotent: boolean;
  readonly parameterCount: number;
  readonly batchSize: number | undefined;
  /** Of the stream or scan that it fetches a page for, when somebody is subscribed to those. */
  readonly stream: StreamMessage | undefined;
  /** From here on: known at the end. How often it was sent. */
  attempts: number;
  speculativeExecutions: number;
  /** The node that answered, or was tried last: `address:port`. */
  node: string | undefined;
  hostId: string | undefined;
  dataCenter: string | undefined;
  rows: number | undefined;
  /** Since it was asked for. */
  durationMs: number | undefined;
  error?: AsyncCassandraError;
}

/** What the channel `async-cassandra:attempt` is told. */
export interface AttemptMessage {
  readonly request: RequestMessage;
  /** `address:port` */
  readonly node: string;
  readonly hostId: string;
  /** 1 for the first one of its request. */
  readonly number: number;
  readonly isSpeculative: boolean;
  ending: 'running' | 'answered' | 'failed' | 'abandoned';
  error?: AsyncCassandraError;
}

/** What the channel `async-cassandra:stream` is told. */
export interface StreamMessage {
  readonly kind: 'stream' | 'scan';
  readonly cql: string | undefined;
  readonly keyspace: string | undefined;
  readonly table: string | undefined;
  pages: number;
  rows: number;
  ending: 'open' | 'completed' | 'cancelled' | 'failed' | 'forgotten';
  error?: AsyncCassandraError;
}

/** What the channels of nodes and connections are told. */
export interface NodeMessage {
  /** `address:port` */
  readonly node: string;
  readonly hostId: string;
  readonly dataCenter: string;
  readonly rack: string;
}

/** What the channels of the control connection are told. */
export interface ControlConnectionMessage {
  /** `address:port` */
  readonly node: string;
  /** Why it was lost. */
  readonly error: AsyncCassandraError | undefined;
}

/** Names of all channels. The first four are tracing channels: `tracing:<name>:start`, `:end`, `:asyncStart`, `:asyncEnd`, `:error`. */
export const channelNames = {
  execute: 'async-cassandra:execute',
  prepare: 'async-cassandra:prepare',
  attempt: 'async-cassandra:attempt',
  stream: 'async-cassandra:stream',
  connectionOpen: 'async-cassandra:connection:open',
  connectionClose: 'async-cassandra:connection:close',
  controlConnectionOpen: 'async-cassandra:control-connection:open',
  controlConnectionLost: 'async-cassandra:control-connection:lost',
  nodeUp: 'async-cassandra:node:up',
  nodeDown: 'async-cassandra:node:down',
} as const;

/** The tracing channels of requests. */
export class RequestChannels {
  readonly execute: TracingChannel = tracingChannel(channelNames.execute);
  readonly prepare: TracingChannel = tracingChannel(channelNames.prepare);
  readonly attempt: TracingChannel = tracingChannel(channelNames.attempt);
  readonly stream: TracingChannel = tracingChannel(channelNames.stream);

  /**
   * Whether somebody is subscribed. Every request asks, which costs a fraction of a nanosecond: so those are seen who
   * subscribe later, and only the events are looked at that somebody who subscribes has a use for.
   */
  get isOn(): boolean {
    const { execute, prepare, attempt, stream } = this;
    return (
      execute.start.hasSubscribers ||
      execute.asyncEnd.hasSubscribers ||
      execute.error.hasSubscribers ||
      prepare.start.hasSubscribers ||
      prepare.asyncEnd.hasSubscribers ||
      attempt.start.hasSubscribers ||
      attempt.asyncEnd.hasSubscribers ||
      stream.start.hasSubscribers ||
      stream.asyncEnd.hasSubscribers
    );
  }
}

/** The channels of nodes and connections. */
export class ClusterChannels {
  readonly connectionOpen: Channel = channel(channelNames.connectionOpen);
  readonly connectionClose: Channel = channel(channelNames.connectionClose);
  readonly controlConnectionOpen: Channel = channel(channelNames.controlConnectionOpen);
  readonly controlConnectionLost: Channel = channel(channelNames.controlConnectionLost);
  readonly nodeUp: Channel = channel(channelNames.nodeUp);
  readonly nodeDown: Channel = channel(channelNames.nodeDown);
}
