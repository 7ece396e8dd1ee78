import { availableParallelism, homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { defaultVersion } from '../catalogue/release.ts';
import { EmbeddedCassandraError } from '../errors.ts';
import { type Logger, type ProgressListener, silentLogger } from '../progress.ts';
import type { TlsSettings } from '../tls/cluster-tls.ts';
import type { EmbeddedClusterOptions } from './cluster-options.ts';

/** Options with every default filled in. */
export interface ResolvedOptions {
  readonly version: string;
  /** Number of nodes by data centre, in order; never empty. */
  readonly dataCenters: readonly (readonly [name: string, nodes: number])[];
  readonly racks: readonly string[];
  readonly addresses: 'shared' | 'distinct';
  readonly port: number | undefined;
  readonly heapMb: number;
  readonly auth: boolean;
  readonly tls: TlsSettings | undefined;
  readonly yaml: Readonly<Record<string, unknown>>;
  readonly jvmArgs: readonly string[];
  readonly clusterName: string;
  readonly javaHome: string | undefined;
  readonly repository: string | undefined;
  readonly cacheDir: string;
  readonly workDir: string;
  readonly startTimeoutMs: number;
  readonly parallelStarts: number;
  readonly signal: AbortSignal | undefined;
  readonly logger: Logger;
  readonly onProgress: ProgressListener;
}

const maxNodes = 50;
const name = /^[\w.-]{1,100}$/;

type Checks = { readonly [K in keyof Required<EmbeddedClusterOptions>]: [(value: unknown) => boolean, string] };

const checks: Checks = {
  nodes: [isInteger(1, maxNodes), `a whole number from 1 to ${String(maxNodes)}`],
  version: [isText, 'a version such as 5.0.9'],
  dataCenters: [
    (value) => isNameList(value) || isNodeCounts(value),
    'a list of names, or an object of names and numbers of nodes',
  ],
  racks: [isNameList, 'a list of different names (letters, digits, _ . -)'],
  addresses: [(value) => value === 'shared' || value === 'distinct', "'shared' or 'distinct'"],
  port: [isInteger(1, 65_535), 'a port from 1 to 65535'],
  heapMb: [isInteger(128, 1 << 20), 'a whole number of at least 128'],
  auth: [isBoolean, 'true or false'],
  tls: [
    (value) => isBoolean(value) || isTlsObject(value),
    'true, false or { clientAuth: boolean, names: list of names }',
  ],
  yaml: [isPlainObject, 'an object of settings of cassandra.yaml'],
  jvmArgs: [(value) => Array.isArray(value) && value.every(isText), 'a list of arguments'],
  clusterName: [isText, 'a name'],
  javaHome: [isText, 'the folder of a Java installation'],
  repository: [isText, 'the address of a Maven repository'],
  cacheDir: [isText, 'a folder'],
  workDir: [isText, 'a folder'],
  startTimeoutMs: [isInteger(1, 2 ** 31 - 1), 'a number of milliseconds'],
  signal: [(value) => value instanceof AbortSignal, 'an AbortSignal'],
  logger: [isLogger, 'an object with debug, info and warn'],
  onProgress: [(value) => typeof value === 'function', 'a function'],
};

/** @throws EmbeddedCassandraError `INVALID_OPTION`, naming the option and what it takes */
export function resolveOptions(options: EmbeddedClusterOptions, environment: NodeJS.ProcessEnv): ResolvedOptions {
  checkEach(options);
  const tls = options.tls === true ? {} : options.tls;
  return {
    version: options.version ?? defaultVersion,
    dataCenters: dealNodes(options),
    racks: options.racks ?? ['rack1'],
    addresses: options.addresses ?? 'shared',
    port: options.port,
    heapMb: options.heapMb ?? 512,
    auth: options.auth ?? false,
    tls: tls === false || tls === undefined ? undefined : { clientAuth: tls.clientAuth ?? false, names: tls.names },
    yaml: options.yaml ?? {},
    jvmArgs: options.jvmArgs ?? [],
    clusterName: options.clusterName ?? 'embedded',
    javaHome: options.javaHome,
    repository: options.repository,
    cacheDir: resolve(options.cacheDir ?? defaultCacheDir(environment)),
    workDir: resolve(options.workDir ?? tmpdir()),
    startTimeoutMs: options.startTimeoutMs ?? 180_000,
    parallelStarts: Math.max(4, availableParallelism()),
    signal: options.signal,
    logger: options.logger ?? silentLogger,
    onProgress: options.onProgress ?? (() => undefined),
  };
}

/**
 * Copies of each row in Cassandra's own keyspaces: up to three in one data centre, on every node where there are several,
 * so that a change to replication by data centre moves nothing.
 */
export function systemReplicas({ dataCenters }: ResolvedOptions): number {
  const nodes = dataCenters.reduce((sum, [, each]) => sum + each, 0);
  return dataCenters.length === 1 ? Math.min(3, nodes) : nodes;
}

/** `$XDG_CACHE_HOME/embedded-cassandra`, or below `~/.cache`. */
export function defaultCacheDir(environment: NodeJS.ProcessEnv): string {
  const base = environment['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'embedded-cassandra');
}

function checkEach(options: EmbeddedClusterOptions): void {
  for (const [key, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, key)) {
      throw invalid(`Unknown option ${key}; the options are ${Object.keys(checks).join(', ')}`);
    }
    const [check, wanted] = checks[key as keyof Checks];
    if (value !== undefined && !check(value)) throw invalid(`Option ${key} must be ${wanted}`);
  }
}

function dealNodes({ dataCenters = ['dc1'], nodes }: EmbeddedClusterOptions): (readonly [string, number])[] {
  if (!isNameList(dataCenters)) {
    if (nodes !== undefined) throw invalid('Give nodes, or the number of nodes in each of dataCenters, but not both');
    return Object.entries(dataCenters);
  }
  const total = nodes ?? dataCenters.length;
  if (total < dataCenters.length) throw invalid('Option nodes must be at least the number of dataCenters');
  const share = Math.floor(total / dataCenters.length);
  return dataCenters.map((each, index) => [each, share + (index < total % dataCenters.length ? 1 : 0)]);
}

function invalid(message: string): EmbeddedCassandraError {
  return new EmbeddedCassandraError('INVALID_OPTION', message);
}

function isInteger(from: number, to: number): (value: unknown) => boolean {
  return (value) => Number.isInteger(value) && (value as number) >= from && (value as number) <= to;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNameList(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || value.length === 0 || new Set(value).size !== value.length) return false;
  return value.every((each) => typeof each === 'string' && name.test(each));
}

function isNodeCounts(value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  const counts = Object.values(value);
  return isNameList(Object.keys(value)) && counts.every(isInteger(1, maxNodes));
}

function isTlsObject(value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  const { clientAuth, names, ...others } = value;
  const hasNames = names === undefined || (Array.isArray(names) && names.length > 0 && names.every(isText));
  return (clientAuth === undefined || isBoolean(clientAuth)) && hasNames && Object.keys(others).length === 0;
}

function isLogger(value: unknown): boolean {
  return isPlainObject(value) && ['debug', 'info', 'warn'].every((each) => typeof value[each] === 'function');
}
