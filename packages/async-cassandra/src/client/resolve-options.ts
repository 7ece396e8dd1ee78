import type { KeptKeyspaces } from '../cluster/index.ts';
import { CodecRegistry } from '../codecs/index.ts';
import {
  type AuthProvider,
  createSystemSeams,
  type EndPoint,
  MAX_STREAM_IDS,
  PlainTextAuthProvider,
  type Seams,
} from '../connection/index.ts';
import { type Logger, silentLogger } from '../diagnostics/index.ts';
import { ConfigurationError } from '../errors/index.ts';
import {
  type AddressTranslator,
  AsyncRetryPolicy,
  DefaultLoadBalancingPolicy,
  ExponentialReconnectionPolicy,
  type LoadBalancingPolicy,
  MonotonicTimestampGenerator,
  type ReconnectionPolicy,
  type RetryPolicy,
  type SpeculativeExecutionPolicy,
  type TimestampGenerator,
} from '../policies/index.ts';
import { type Compression, type Consistency, isConsistency, type ProtocolVersion } from '../protocol/index.ts';
import type { ResolvedProfile } from '../session/index.ts';
import type { ClusterOptions, TlsOption } from './cluster-options.ts';
import { OptionReader } from './option-reader.ts';
import { parseContactPoint } from './parse-contact-point.ts';
import { startupOptions } from './startup-options.ts';

/** All options with nothing absent. */
export interface ResolvedOptions {
  readonly seams: Seams;
  readonly contactPoints: readonly EndPoint[];
  readonly port: number;
  readonly localDataCenter: string | undefined;
  readonly localRack: string | undefined;
  readonly schemaKeyspaces: KeptKeyspaces;
  readonly keyspace: string | undefined;
  readonly authProvider: AuthProvider | undefined;
  readonly tls: TlsOption | undefined;
  readonly protocolVersion: ProtocolVersion | undefined;
  readonly compression: Compression;
  readonly connectionsPerNode: number;
  readonly maxRequestsPerConnection: number;
  readonly heartbeatIntervalMs: number;
  readonly heartbeatTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly maxInFlight: number;
  readonly maxQueued: number;
  readonly maxQueueMs: number;
  readonly preparedStatements: number;
  readonly openStreams: number;
  readonly maxEnvelopeBytes: number;
  readonly maxBufferedWriteBytes: number;
  readonly maxOrphaned: number;
  readonly reconnectionPolicy: ReconnectionPolicy;
  readonly timestampGenerator: TimestampGenerator;
  readonly addressTranslator: AddressTranslator | undefined;
  readonly defaultProfile: ResolvedProfile;
  readonly profiles: ReadonlyMap<string, ResolvedProfile>;
  readonly startup: ReadonlyMap<string, string>;
  readonly registry: CodecRegistry;
  readonly logger: Logger;
}

const KIB = 1024;
const MIB = KIB * KIB;

/**
 * Checks options and fills in defaults.
 * @throws ConfigurationError naming the path of what is unknown, mistyped or in conflict
 */
export function resolveOptions(options: ClusterOptions, seams: Seams = createSystemSeams()): ResolvedOptions {
  const reader = new OptionReader('', options);
  const port = reader.whole('port', 9042, 1, 65_535);
  const wantedVersion = reader.oneOf<ProtocolVersion>('protocolVersion', [4, 5]);
  const compression = reader.oneOf<Compression>('compression', ['none', 'lz4', 'snappy']) ?? 'none';
  if (compression === 'snappy' && wantedVersion === 5) {
    throw new ConfigurationError(
      'compression',
      'Option "compression" may not be "snappy" with protocolVersion: 5, which has lz4 alone',
    );
  }
  const lookup = reader.functionOf<Seams['lookup']>('lookup');
  const encoding = reader.object<NonNullable<ClusterOptions['encoding']>>('encoding', [], 'an object');
  const defaultProfile = readProfile(reader, undefined);
  const resolved: ResolvedOptions = {
    seams: lookup === undefined ? seams : { ...seams, lookup },
    contactPoints: readContactPoints(reader, port),
    port,
    localDataCenter: reader.text('localDataCenter'),
    localRack: reader.text('localRack'),
    schemaKeyspaces: readSchemaKeyspaces(reader),
    keyspace: reader.text('keyspace'),
    authProvider: readAuthProvider(reader),
    tls: readTls(reader),
    protocolVersion: compression === 'snappy' ? 4 : wantedVersion,
    compression,
    connectTimeoutMs: reader.duration('connectTimeoutMs', 5_000),
    drainTimeoutMs: reader.whole('drainTimeoutMs', 10_000, 0),
    ...readPooling(reader),
    ...readLimits(reader),
    reconnectionPolicy:
      reader.object<ReconnectionPolicy>('reconnectionPolicy', ['schedule'], 'a reconnection policy') ??
      new ExponentialReconnectionPolicy(),
    timestampGenerator:
      reader.object<TimestampGenerator>('timestampGenerator', ['next'], 'a timestamp generator') ??
      new MonotonicTimestampGenerator(),
    addressTranslator: reader.object<AddressTranslator>('addressTranslator', ['translate'], 'an address translator'),
    defaultProfile,
    profiles: readProfiles(reader, defaultProfile),
    startup: startupOptions(reader),
    registry: new CodecRegistry(encoding),
    logger: readLogger(reader),
  };
  reader.end();
  return resolved;
}

function readContactPoints(reader: OptionReader, port: number): readonly EndPoint[] {
  const points = reader.raw('contactPoints') ?? ['127.0.0.1'];
  if (!Array.isArray(points) || points.length === 0)
    reader.refuse('contactPoints', 'an array of at least one host or address');
  return points.map((point: unknown, index) => parseContactPoint(point, index, port));
}

function readSchemaKeyspaces(reader: OptionReader): KeptKeyspaces {
  const keyspaces = reader.raw('schemaKeyspaces') ?? 'all';
  const isList = Array.isArray(keyspaces) && keyspaces.every((name) => typeof name === 'string');
  if (keyspaces !== 'all' && !isList) reader.refuse('schemaKeyspaces', '"all" or an array of names of keyspaces');
  return keyspaces as KeptKeyspaces;
}

function readAuthProvider(reader: OptionReader): AuthProvider | undefined {
  const provider = reader.object<AuthProvider>('authProvider', ['newAuthenticator'], 'an authentication provider');
  const credentials = reader.raw('credentials');
  if (credentials === undefined) return provider;
  if (provider !== undefined)
    throw new ConfigurationError(
      'credentials',
      'Options "credentials" and "authProvider" exclude each other; give one of them',
    );
  const inner = new OptionReader('credentials', credentials);
  const username = inner.text('username') ?? inner.refuse('username', 'a text that is not empty');
  const password = inner.raw('password');
  if (typeof password !== 'string') return inner.refuse('password', 'a text');
  inner.end();
  return new PlainTextAuthProvider(username, password);
}

function readTls(reader: OptionReader): TlsOption | undefined {
  const tls = reader.raw('tls');
  if (
    tls === undefined ||
    typeof tls === 'boolean' ||
    typeof tls === 'function' ||
    (typeof tls === 'object' && tls !== null)
  )
    return tls as TlsOption | undefined;
  return reader.refuse('tls', 'true, options of node:tls, or a function that makes them');
}

function readPooling(
  parent: OptionReader,
): Pick<
  ResolvedOptions,
  'connectionsPerNode' | 'maxRequestsPerConnection' | 'heartbeatIntervalMs' | 'heartbeatTimeoutMs'
> {
  const reader = new OptionReader('pooling', parent.raw('pooling'));
  const pooling = {
    connectionsPerNode: reader.whole('connectionsPerNode', 1, 1, 1_000),
    maxRequestsPerConnection: reader.whole('maxRequestsPerConnection', 16_384, 1, MAX_STREAM_IDS),
    heartbeatIntervalMs: reader.whole('heartbeatIntervalMs', 30_000, 0),
    heartbeatTimeoutMs: reader.duration('heartbeatTimeoutMs', 5_000),
  };
  reader.end();
  return pooling;
}

type Limits = Pick<
  ResolvedOptions,
  | 'maxInFlight'
  | 'maxQueued'
  | 'maxQueueMs'
  | 'preparedStatements'
  | 'openStreams'
  | 'maxEnvelopeBytes'
  | 'maxBufferedWriteBytes'
  | 'maxOrphaned'
>;

function readLimits(parent: OptionReader): Limits {
  const reader = new OptionReader('limits', parent.raw('limits'));
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

function readProfiles(parent: OptionReader, defaults: ResolvedProfile): ReadonlyMap<string, ResolvedProfile> {
  const path = 'executionProfiles';
  const given = parent.object<Readonly<Record<string, unknown>>>(path, [], 'an object of execution profiles') ?? {};
  const profiles = new Map<string, ResolvedProfile>();
  for (const [name, profile] of Object.entries(given)) {
    const reader = new OptionReader(`${path}.${name}`, profile);
    profiles.set(name, readProfile(reader, defaults));
    reader.end();
  }
  return profiles;
}

/** @param defaults - undefined for the options of the cluster itself */
function readProfile(reader: OptionReader, defaults: ResolvedProfile | undefined): ResolvedProfile {
  const consistency = reader.raw('consistency') ?? defaults?.consistency ?? 'LOCAL_ONE';
  if (!isConsistency(consistency)) reader.refuse('consistency', 'a consistency level, for example LOCAL_QUORUM');
  return {
    consistency: consistency as Consistency,
    serialConsistency:
      reader.oneOf('serialConsistency', ['SERIAL', 'LOCAL_SERIAL'] as const) ?? defaults?.serialConsistency ?? 'SERIAL',
    requestTimeoutMs: reader.duration('requestTimeoutMs', defaults?.requestTimeoutMs ?? 12_000),
    attemptTimeoutMs: reader.duration('attemptTimeoutMs', defaults?.attemptTimeoutMs),
    fetchSize: reader.whole('fetchSize', defaults?.fetchSize ?? 5_000, 1, 0x7fffffff),
    loadBalancingPolicy:
      reader.object<LoadBalancingPolicy>(
        'loadBalancingPolicy',
        ['init', 'distance', 'plan'],
        'a load balancing policy',
      ) ??
      defaults?.loadBalancingPolicy ??
      new DefaultLoadBalancingPolicy(),
    retryPolicy:
      reader.object<RetryPolicy>('retryPolicy', [], 'a retry policy') ??
      defaults?.retryPolicy ??
      new AsyncRetryPolicy(),
    speculativeExecutionPolicy:
      reader.object<SpeculativeExecutionPolicy>(
        'speculativeExecutionPolicy',
        ['nextDelayMs'],
        'a speculative execution policy',
      ) ?? defaults?.speculativeExecutionPolicy,
  };
}

const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;

function readLogger(reader: OptionReader): Logger {
  const logger = reader.object<Logger>('logger', [], 'a logger') ?? silentLogger;
  for (const level of LOG_LEVELS) {
    if (logger[level] !== undefined && typeof logger[level] !== 'function')
      reader.refuse(`logger.${level}`, 'a function');
  }
  return logger;
}
