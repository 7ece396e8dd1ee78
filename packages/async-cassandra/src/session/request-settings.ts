import { ConfigurationError } from '../errors/index.ts';
import type { NodeInfo } from '../metadata/index.ts';
import type { LoadBalancingPolicy, RetryPolicy, SpeculativeExecutionPolicy } from '../policies/index.ts';
import { type Consistency, consistencyCode, isConsistency, type ProtocolVersion } from '../protocol/index.ts';
import type { ResolvedProfile } from './execution-profile.ts';
import type { StreamObservation } from './observation/stream-observation.ts';
import type { PageGuard } from './page-guard.ts';
import type { RequestOptions } from './request-options.ts';
import { type PayloadEntries, RequestPayload } from './request-payload.ts';

/** The options of one request with nothing absent: one shape, shared by all requests that give none. */
export interface RequestSettings {
  consistency: Consistency;
  consistencyCode: number;
  serialConsistency: 'SERIAL' | 'LOCAL_SERIAL';
  serialConsistencyCode: number;
  fetchSize: number;
  pagingState: Buffer | undefined;
  timeoutMs: number;
  attemptTimeoutMs: number | undefined;
  signal: AbortSignal | undefined;
  idempotent: boolean | undefined;
  trace: boolean;
  customPayload: RequestPayload | undefined;
  timestamp: bigint | undefined;
  keyspace: string | undefined;
  nowInSeconds: number | undefined;
  node: NodeInfo | undefined;
  retryPolicy: RetryPolicy;
  loadBalancingPolicy: LoadBalancingPolicy;
  speculativeExecutionPolicy: SpeculativeExecutionPolicy | undefined;
  isPrepared: boolean;
  hints: readonly string[] | undefined;
  /** What further pages of the result have to pass. */
  pageGuard: PageGuard | undefined;
  /** The stream or scan that the request fetches a page for, when somebody follows it. */
  stream: StreamObservation | undefined;
}

/** What options are resolved against. */
export interface SettingsContext {
  readonly protocolVersion: ProtocolVersion;
  profile(name: string): ResolvedProfile | undefined;
  node(hostId: string): NodeInfo | undefined;
}

/** The settings of requests without options of their own. */
export function defaultSettings(profile: ResolvedProfile, customPayload?: RequestPayload): RequestSettings {
  return {
    consistency: profile.consistency,
    consistencyCode: consistencyCode(profile.consistency),
    serialConsistency: profile.serialConsistency,
    serialConsistencyCode: consistencyCode(profile.serialConsistency),
    fetchSize: profile.fetchSize,
    pagingState: undefined,
    timeoutMs: profile.requestTimeoutMs,
    attemptTimeoutMs: profile.attemptTimeoutMs,
    signal: undefined,
    idempotent: undefined,
    trace: false,
    customPayload,
    timestamp: undefined,
    keyspace: undefined,
    nowInSeconds: undefined,
    node: undefined,
    retryPolicy: profile.retryPolicy,
    loadBalancingPolicy: profile.loadBalancingPolicy,
    speculativeExecutionPolicy: profile.speculativeExecutionPolicy,
    isPrepared: true,
    hints: undefined,
    pageGuard: undefined,
    stream: undefined,
  };
}

function refuse(path: string, expected: string): never {
  throw new ConfigurationError(path, `Request option "${path}" must be ${expected}`);
}

function positive(path: string, value: unknown): number {
  if (typeof value !== 'number' || !(value > 0)) refuse(path, 'a positive number of milliseconds');
  return value;
}

function whole(path: string, value: unknown, min: number, max: number): number {
  if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max)
    refuse(path, `a whole number from ${min} to ${max}`);
  return value as number;
}

function flag(path: string, value: unknown): boolean {
  if (typeof value !== 'boolean') refuse(path, 'true or false');
  return value;
}

function needsV5(path: string, version: ProtocolVersion): void {
  if (version < 5)
    throw new ConfigurationError(
      path,
      `Request option "${path}" needs protocol version 5 and this cluster speaks ${version}; check the server's version and the option protocolVersion`,
    );
}

function toTimestamp(value: unknown): bigint {
  if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) return value;
  if (Number.isSafeInteger(value)) return BigInt(value as number);
  return refuse('timestamp', 'microseconds since the epoch, as a bigint of 64 bits or a safe integer');
}

function toEntries(value: unknown): PayloadEntries {
  if (typeof value !== 'object' || value === null) refuse('customPayload', 'an object of Uint8Arrays');
  const entries = Object.entries(value);
  for (const [name, bytes] of entries)
    if (bytes !== null && !(bytes instanceof Uint8Array)) refuse(`customPayload.${name}`, 'a Uint8Array or null');
  return new Map(entries as [string, Uint8Array | null][]);
}

function toNode(value: unknown, context: SettingsContext): NodeInfo {
  const hostId = typeof value === 'string' ? value : (value as NodeInfo | null)?.hostId;
  if (typeof hostId !== 'string') refuse('node', 'a node of the metadata or its host id');
  const node = context.node(hostId);
  if (node === undefined)
    throw new ConfigurationError(
      'node',
      `Request option "node" names a host id that the cluster does not have; check cluster.metadata.nodes`,
    );
  return node;
}

function toRetryPolicy(value: unknown): RetryPolicy {
  if (typeof value !== 'object' || value === null) refuse('retryPolicy', 'a retry policy');
  const policy: RetryPolicy = value;
  for (const method of ['onReadTimeout', 'onWriteTimeout', 'onUnavailable', 'onRequestError'] as const)
    if (policy[method] !== undefined && typeof policy[method] !== 'function')
      refuse(`retryPolicy.${method}`, 'a function, or absent');
  return policy;
}

/**
 * Options over profile over defaults.
 * @throws ConfigurationError naming the option that is unknown, mistyped or not possible
 */
export function resolveSettings(
  defaults: RequestSettings,
  options: RequestOptions,
  context: SettingsContext,
): RequestSettings {
  if (typeof options !== 'object' || options === null)
    throw new ConfigurationError('options', 'Request options must be an object');
  let settings: RequestSettings = { ...defaults };
  if (options.executionProfile !== undefined) {
    const profile = context.profile(options.executionProfile);
    if (profile === undefined)
      throw new ConfigurationError(
        'executionProfile',
        `Request option "executionProfile" names a profile that is not in the cluster's executionProfiles`,
      );
    settings = defaultSettings(profile, defaults.customPayload);
  }
  for (const path in options) {
    const value = (options as Readonly<Record<string, unknown>>)[path];
    if (value !== undefined) applyOption(settings, path, value, context);
  }
  if (settings.hints !== undefined && settings.isPrepared)
    throw new ConfigurationError(
      'hints',
      'Request option "hints" goes with prepare: false; prepared statements know their types',
    );
  return settings;
}

function applyOption(settings: RequestSettings, path: string, value: unknown, context: SettingsContext): void {
  switch (path) {
    case 'consistency':
      if (!isConsistency(value)) refuse(path, 'a consistency level, for example LOCAL_QUORUM');
      settings.consistency = value;
      settings.consistencyCode = consistencyCode(value);
      return;
    case 'serialConsistency':
      if (value !== 'SERIAL' && value !== 'LOCAL_SERIAL') refuse(path, 'SERIAL or LOCAL_SERIAL');
      settings.serialConsistency = value;
      settings.serialConsistencyCode = consistencyCode(value);
      return;
    case 'fetchSize':
      settings.fetchSize = whole(path, value, 1, 0x7fffffff);
      return;
    case 'pagingState':
      if (value !== null && !(value instanceof Uint8Array)) refuse(path, 'the pagingState of a result');
      settings.pagingState = value === null ? undefined : Buffer.from(value);
      return;
    case 'timeoutMs':
      settings.timeoutMs = positive(path, value);
      return;
    case 'attemptTimeoutMs':
      settings.attemptTimeoutMs = positive(path, value);
      return;
    case 'signal':
      if (!(value instanceof AbortSignal)) refuse(path, 'an AbortSignal');
      settings.signal = value;
      return;
    case 'idempotent':
      settings.idempotent = flag(path, value);
      return;
    case 'trace':
      settings.trace = flag(path, value);
      return;
    case 'customPayload':
      settings.customPayload = settings.customPayload?.with(toEntries(value)) ?? new RequestPayload(toEntries(value));
      return;
    case 'timestamp':
      settings.timestamp = toTimestamp(value);
      return;
    case 'keyspace':
      if (typeof value !== 'string' || value === '') refuse(path, 'the name of a keyspace');
      needsV5(path, context.protocolVersion);
      settings.keyspace = value;
      return;
    case 'nowInSeconds':
      needsV5(path, context.protocolVersion);
      settings.nowInSeconds = whole(path, value, -0x80000000, 0x7fffffff);
      return;
    case 'executionProfile':
      return;
    case 'node':
      settings.node = toNode(value, context);
      return;
    case 'retryPolicy':
      settings.retryPolicy = toRetryPolicy(value);
      return;
    case 'prepare':
      if (value !== false) refuse(path, 'false, or absent');
      settings.isPrepared = false;
      return;
    case 'hints':
      if (!Array.isArray(value) || !value.every((hint) => typeof hint === 'string'))
        refuse(path, 'an array of CQL type names');
      settings.hints = value;
      return;
    default:
      throw new ConfigurationError(path, `Request option "${path}" is unknown; check its spelling`);
  }
}
