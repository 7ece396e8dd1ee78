import type { KeptKeyspaces } from '../cluster/index.ts';
import { CodecRegistry } from '../codecs/index.ts';
import {
  type AuthProvider,
  createSystemSeams,
  type EndPoint,
  PlainTextAuthProvider,
  type Seams,
} from '../connection/index.ts';
import { type Logger, type RequestTracker, silentLogger } from '../diagnostics/index.ts';
import { ConfigurationError, OptionReader } from '../errors/index.ts';
import { type MetricsCollector, MetricsMiddleware } from '../observability/index.ts';
import {
  type AddressTranslator,
  ExponentialReconnectionPolicy,
  MonotonicTimestampGenerator,
  type ReconnectionPolicy,
  type RequestIdGenerator,
  type TimestampGenerator,
} from '../policies/index.ts';
import type { Compression, ProtocolVersion } from '../protocol/index.ts';
import { checkTracker, IdentifiedPayload, type ResolvedProfile } from '../session/index.ts';
import type { ClusterOptions, TlsOption } from './cluster-options.ts';
import { parseContactPoint } from './parse-contact-point.ts';
import { type Limits, type Pooling, readLimits, readPooling } from './read-limits.ts';
import { readProfile, readProfiles } from './read-profiles.ts';
import { startupOptions } from './startup-options.ts';

/** All options with nothing absent. */
export interface ResolvedOptions extends Pooling, Limits {
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
  readonly connectTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly reconnectionPolicy: ReconnectionPolicy;
  readonly timestampGenerator: TimestampGenerator;
  readonly addressTranslator: AddressTranslator | undefined;
  readonly requestIdGenerator: RequestIdGenerator | undefined;
  /** Of requests without one of their own. */
  readonly customPayload: IdentifiedPayload | undefined;
  readonly defaultProfile: ResolvedProfile;
  readonly profiles: ReadonlyMap<string, ResolvedProfile>;
  readonly startup: ReadonlyMap<string, string>;
  readonly registry: CodecRegistry;
  readonly logger: Logger;
  readonly slowQueryThresholdMs: number | undefined;
  readonly trackers: readonly RequestTracker[];
  readonly metrics: MetricsMiddleware | undefined;
}

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
  const requestIdGenerator = readRequestIdGenerator(reader);
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
      reader.object<TimestampGenerator>('timestampGenerator', ['next', 'init?'], 'a timestamp generator') ??
      new MonotonicTimestampGenerator(),
    addressTranslator: reader.object<AddressTranslator>('addressTranslator', ['translate'], 'an address translator'),
    requestIdGenerator,
    customPayload: requestIdGenerator === undefined ? undefined : new IdentifiedPayload(requestIdGenerator),
    defaultProfile,
    profiles: readProfiles(reader, defaultProfile),
    startup: startupOptions(reader),
    registry: new CodecRegistry(encoding),
    logger: readLogger(reader),
    slowQueryThresholdMs: reader.duration('slowQueryThresholdMs', undefined),
    trackers: readTrackers(reader),
    metrics: readMetrics(reader),
  };
  reader.end();
  return resolved;
}

function readContactPoints(reader: OptionReader, port: number): readonly EndPoint[] {
  const points = reader.raw('contactPoints');
  if (points === undefined) return [{ host: '127.0.0.1', port }];
  if (!Array.isArray(points) || points.length === 0)
    return reader.refuse('contactPoints', 'an array of at least one host or address');
  return Array.from(points, (point: unknown, index) => parseContactPoint(point, index, port));
}

function readSchemaKeyspaces(reader: OptionReader): KeptKeyspaces {
  const keyspaces = reader.raw('schemaKeyspaces');
  if (keyspaces === undefined || keyspaces === 'all') return 'all';
  if (!Array.isArray(keyspaces)) return reader.refuse('schemaKeyspaces', '"all" or an array of names of keyspaces');
  return Array.from(keyspaces, (name: unknown, i) =>
    typeof name === 'string' && name !== '' ? name : reader.refuse(`schemaKeyspaces[${i}]`, 'a text that is not empty'),
  );
}

function readAuthProvider(reader: OptionReader): AuthProvider | undefined {
  const provider = reader.object<AuthProvider>('authProvider', ['newAuthenticator'], 'an authentication provider');
  if (reader.raw('credentials') === undefined) return provider;
  if (provider !== undefined)
    throw new ConfigurationError(
      'credentials',
      'Options "credentials" and "authProvider" exclude each other; give one of them',
    );
  const inner = reader.inner('credentials');
  const username = inner.text('username') ?? inner.refuse('username', 'a text that is not empty');
  const password = inner.raw('password');
  if (typeof password !== 'string') return inner.refuse('password', 'a text');
  // SASL PLAIN parts user name and password by it (RFC 4616, section 2).
  if (username.includes('\0')) inner.refuse('username', 'a text without the character U+0000');
  if (password.includes('\0')) inner.refuse('password', 'a text without the character U+0000');
  inner.end();
  return new PlainTextAuthProvider(username, password);
}

function readTls(reader: OptionReader): TlsOption | undefined {
  const tls = reader.raw('tls');
  if (
    tls === undefined ||
    typeof tls === 'boolean' ||
    typeof tls === 'function' ||
    (typeof tls === 'object' && tls !== null && !Array.isArray(tls))
  )
    return tls;
  return reader.refuse('tls', 'true, options of node:tls, or a function that makes them');
}

function readRequestIdGenerator(reader: OptionReader): RequestIdGenerator | undefined {
  const name = 'requestIdGenerator';
  const generator = reader.object<RequestIdGenerator>(name, ['next', 'init?', 'forAttempt?'], 'a request id generator');
  const key: unknown = generator?.payloadKey;
  if (key !== undefined && (typeof key !== 'string' || key === ''))
    return reader.refuse(name, 'a request id generator whose payloadKey is a text that is not empty');
  return generator;
}

function readMetrics(reader: OptionReader): MetricsMiddleware | undefined {
  const metrics = reader.raw('metrics');
  if (metrics === undefined || metrics instanceof MetricsMiddleware) return metrics;
  if (!Array.isArray(metrics) || !metrics.every((each) => typeof each === 'object' && each !== null))
    return reader.refuse('metrics', 'a MetricsMiddleware or an array of collectors');
  return new MetricsMiddleware(metrics as readonly MetricsCollector[]);
}

function readTrackers(reader: OptionReader): readonly RequestTracker[] {
  const trackers = reader.raw('trackers');
  if (trackers === undefined) return [];
  if (!Array.isArray(trackers)) return reader.refuse('trackers', 'an array of trackers');
  return Array.from(trackers as readonly RequestTracker[], (tracker, i) => {
    checkTracker(tracker, `trackers[${i}]`);
    return tracker;
  });
}

function readLogger(reader: OptionReader): Logger {
  return (
    reader.object<Logger>('logger', ['error?', 'warn?', 'info?', 'debug?', 'isLevelEnabled?'], 'a logger') ??
    silentLogger
  );
}
