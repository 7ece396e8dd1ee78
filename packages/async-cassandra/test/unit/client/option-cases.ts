import type { ClusterOptions } from '../../../src/client/index.ts';
import type { ResolvedOptions } from '../../../src/client/resolve-options.ts';
import {
  AsyncRetryPolicy,
  ConstantReconnectionPolicy,
  ConstantSpeculativeExecutionPolicy,
  FixedAddressTranslator,
  MonotonicTimestampGenerator,
  RoundRobinLoadBalancingPolicy,
} from '../../../src/policies/index.ts';

/** What one option may be and may not be. */
export interface OptionCase {
  readonly path: string;
  /** Where the resolved options have it. */
  readonly read: (resolved: ResolvedOptions) => unknown;
  /** What it is when absent; a function checks it. */
  readonly absent: unknown;
  readonly good: readonly unknown[];
  readonly bad: readonly unknown[];
}

type Key = keyof ResolvedOptions;

/** Nothing of this is a number. */
const NO_NUMBERS: readonly unknown[] = [null, NaN, '1', true, {}, [], 1n, () => 1];
const NO_TEXTS: readonly unknown[] = [null, '', 1, true, {}, ['a'], () => 'a'];
const NO_OBJECTS: readonly unknown[] = [null, 1, 'text', true, [], Symbol('s')];
const CEILING = 0x7fffffff;
const MIB = 2 ** 20;

function at(path: string): (resolved: ResolvedOptions) => unknown {
  const key = path.split('.').at(-1) as string;
  return (resolved) =>
    key in resolved ? resolved[key as Key] : (resolved.defaultProfile as unknown as Record<string, unknown>)[key];
}

function whole(path: string, absent: number, min: number, max: number = Number.MAX_SAFE_INTEGER): OptionCase {
  const tooLarge = max === Number.MAX_SAFE_INTEGER ? [2 ** 53] : [max + 1];
  const bad = [min - 1, min + 0.5, -Infinity, Infinity, ...tooLarge, ...NO_NUMBERS];
  return { path, read: at(path), absent, good: [min, min + 1, max], bad };
}

function duration(path: string, absent: number | undefined): OptionCase {
  const bad = [0, -1, CEILING + 1, Infinity, ...NO_NUMBERS];
  return { path, read: at(path), absent, good: [0.5, 1, 60_000, CEILING], bad };
}

function text(path: string): OptionCase {
  return { path, read: at(path), absent: undefined, good: ['a', 'Data Centre', '\u00e9'], bad: NO_TEXTS };
}

function oneOf(path: string, absent: unknown, good: readonly unknown[]): OptionCase {
  return { path, read: at(path), absent, good, bad: [null, '', 'nothing', 0, {}, [good[0]], true] };
}

function object(path: string, absent: unknown, good: readonly unknown[], bad: readonly unknown[] = []): OptionCase {
  return { path, read: at(path), absent, good, bad: [...NO_OBJECTS, class {}, ...bad] };
}

const startup =
  (key: string) =>
  (resolved: ResolvedOptions): unknown =>
    resolved.startup.get(key);

const isA = (name: string) => (value: unknown) => (value as object).constructor.name === name;

const CONSISTENCIES: readonly string[] =
  'ANY ONE TWO THREE QUORUM ALL LOCAL_QUORUM EACH_QUORUM SERIAL LOCAL_SERIAL LOCAL_ONE'.split(' ');

const loadBalancing = { init: () => undefined, distance: () => 'local', plan: () => [].values() };

/** Options that a profile has too. */
export const profileCases: readonly OptionCase[] = [
  { ...oneOf('consistency', 'LOCAL_ONE', CONSISTENCIES), bad: [null, '', 'quorum', 'QUORUM ', 6, {}, ['ONE'], true] },
  oneOf('serialConsistency', 'SERIAL', ['SERIAL', 'LOCAL_SERIAL']),
  duration('requestTimeoutMs', 12_000),
  duration('attemptTimeoutMs', undefined),
  whole('fetchSize', 5_000, 1, CEILING),
  object(
    'loadBalancingPolicy',
    isA('DefaultLoadBalancingPolicy'),
    [new RoundRobinLoadBalancingPolicy(), loadBalancing],
    [{}, { ...loadBalancing, plan: undefined }, { ...loadBalancing, first: 1 }, RoundRobinLoadBalancingPolicy],
  ),
  object(
    'retryPolicy',
    isA('AsyncRetryPolicy'),
    [new AsyncRetryPolicy({ maxRetries: 0 }), {}, { onUnavailable: () => ({ decision: 'rethrow' }) }],
    [{ onReadTimeout: 'retrySame' }, { onRequestError: null }, AsyncRetryPolicy],
  ),
  object(
    'speculativeExecutionPolicy',
    undefined,
    [new ConstantSpeculativeExecutionPolicy({ delayMs: 50 })],
    [{}, { nextDelayMs: 50 }],
  ),
];

/** Every option but those with tests of their own: contact points, authentication, TLS, encoding, profiles. */
export const optionCases: readonly OptionCase[] = [
  ...profileCases,
  whole('port', 9042, 1, 65_535),
  text('localDataCenter'),
  text('localRack'),
  text('keyspace'),
  {
    path: 'schemaKeyspaces',
    read: at('schemaKeyspaces'),
    absent: 'all',
    good: ['all', [], ['shop'], ['shop', 'Audit']],
    bad: [null, 'shop', '', true, {}, 1],
  },
  oneOf('protocolVersion', undefined, [4, 5]),
  oneOf('compression', 'none', ['none', 'lz4', 'snappy']),
  whole('pooling.connectionsPerNode', 1, 1, 1_000),
  whole('pooling.maxRequestsPerConnection', 16_384, 1, 32_768),
  whole('pooling.heartbeatIntervalMs', 30_000, 0),
  duration('pooling.heartbeatTimeoutMs', 5_000),
  duration('connectTimeoutMs', 5_000),
  whole('drainTimeoutMs', 10_000, 0),
  whole('limits.maxInFlight', 16_384, 1),
  whole('limits.maxQueued', 65_536, 0),
  duration('limits.maxQueueMs', Infinity),
  duration('slowQueryThresholdMs', undefined),
  whole('limits.preparedStatements', 1_000, 1),
  whole('limits.openStreams', 10_000, 1),
  whole('limits.maxEnvelopeBytes', 256 * MIB, 65_536, CEILING),
  whole('limits.maxBufferedWriteBytes', 16 * MIB, 65_536),
  whole('limits.maxOrphaned', 256, 1, 32_768),
  object(
    'reconnectionPolicy',
    isA('ExponentialReconnectionPolicy'),
    [new ConstantReconnectionPolicy({ delayMs: 100 }), { schedule: () => [].values() }],
    [{}, { schedule: 100 }],
  ),
  object(
    'timestampGenerator',
    isA('MonotonicTimestampGenerator'),
    [new MonotonicTimestampGenerator(), { next: () => null }],
    [{}, { next: null }, { next: () => null, init: 1 }],
  ),
  object(
    'addressTranslator',
    undefined,
    [new FixedAddressTranslator({ addresses: { '10.0.0.1': 'node1.internal' } })],
    [{}, { translate: 'x' }],
  ),
  {
    ...oneOf('throwOnOverload', undefined, []),
    read: startup('THROW_ON_OVERLOAD'),
    bad: [null, 'true', '1', 1, {}, []],
  },
  { ...text('applicationName'), read: startup('APPLICATION_NAME') },
  { ...text('applicationVersion'), read: startup('APPLICATION_VERSION') },
  {
    path: 'lookup',
    read: () => 'tested by itself',
    absent: 'tested by itself',
    good: [],
    bad: [null, 'dns', {}, [], 1],
  },
  {
    path: 'logger',
    read: at('logger'),
    absent: (logger: unknown) => Object.keys(logger as object).length === 0,
    good: [{}, console, { warn: () => undefined }],
    bad: [null, 1, 'console', [], { info: 'x' }, { error: null }, { debug: true }, { warn: {} }],
  },
];

/** Options that have nothing but this one. */
export function withOption(path: string, value: unknown, prefix: readonly string[] = []): ClusterOptions {
  return [...prefix, ...path.split('.')].reduceRight<unknown>(
    (inner, key) => ({ [key]: inner }),
    value,
  ) as ClusterOptions;
}
