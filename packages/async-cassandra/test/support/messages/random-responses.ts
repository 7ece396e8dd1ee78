import type { ColumnSpec, CqlType, ProtocolVersion, SchemaChange } from '../../../src/protocol/index.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { consistencies } from '../wire/index.ts';
import type {
  ErrorData,
  EventData,
  FullResponse,
  ResponseData,
  ResultData,
  RowsMetadataData,
} from './response-message.ts';
import { nativeWireNames } from './type-encoding.ts';

const names = [
  'id',
  'name',
  '',
  '__proto__',
  'constructor',
  'toString',
  'Mixed Case',
  'a"b',
  'é',
  '雅虎',
  '🙂',
  'x'.repeat(300),
  'length',
  '0',
];
const natives = Object.keys(nativeWireNames) as (keyof typeof nativeWireNames)[];
const writeTypes = ['SIMPLE', 'BATCH', 'UNLOGGED_BATCH', 'COUNTER', 'BATCH_LOG', 'CAS', 'VIEW', 'CDC'];
const plainErrors = [0x0000, 0x000a, 0x0100, 0x1001, 0x1002, 0x1003, 0x1600, 0x2000, 0x2100, 0x2200, 0x2300, 0x7777];

/** An integer from 0 to `bound` - 1. */
export const below = (random: SeededRandom, bound: number): number => random.int(0, bound - 1);
/** True once in `n` times. */
export const oneIn = (random: SeededRandom, n: number): boolean => below(random, n) === 0;
const listOf = <T>(random: SeededRandom, most: number, make: () => T): T[] =>
  Array.from({ length: random.int(0, most) }, make);
const text = (random: SeededRandom): string => random.pick(names);
const hex = (random: SeededRandom, most: number): string => random.bytes(below(random, most + 1)).toString('hex');
const optional = <K extends string, V>(random: SeededRandom, key: K, make: () => V): { readonly [N in K]?: V } =>
  oneIn(random, 2) ? ({ [key]: make() } as { readonly [N in K]?: V }) : {};

/** A type nested up to `depth` levels. Inside class names (`named`) types may be frozen, and names are restricted. */
export function randomType(random: SeededRandom, depth: number, named = false): CqlType {
  const kind =
    depth === 0
      ? 'native'
      : random.pick(['native', 'native', 'native', 'list', 'set', 'map', 'tuple', 'udt', 'vector', 'custom'] as const);
  // A frozen type can only travel as a class name, and so must all that is inside it.
  const frozen = (kind === 'list' || kind === 'set' || kind === 'map' || kind === 'udt') && oneIn(random, 4);
  const within = named || frozen || kind === 'vector';
  const inner = (): CqlType => randomType(random, depth - 1, within);
  switch (kind) {
    case 'list':
    case 'set':
      return { kind, element: inner(), frozen };
    case 'map':
      return { kind, key: inner(), value: inner(), frozen };
    case 'tuple':
      return { kind, elements: within ? [inner(), ...listOf(random, 2, inner)] : listOf(random, 3, inner) };
    case 'udt':
      return {
        kind,
        keyspace: within ? 'ks' : text(random),
        name: text(random),
        fields: listOf(random, 3, () => ({ name: text(random), type: inner() })),
        frozen,
      };
    case 'vector':
      return { kind, element: inner(), dimension: random.pick([1, 3, 1536, 0x7fffffff]) };
    case 'custom':
      return { kind, className: within ? 'com.example.Point(a=>b,(c))' : text(random) };
    default:
      return { kind: random.pick(natives) };
  }
}

function randomColumns(random: SeededRandom): ColumnSpec[] {
  const shared = oneIn(random, 2) ? { keyspace: text(random), table: text(random) } : undefined;
  return listOf(random, 5, () => ({
    keyspace: shared?.keyspace ?? text(random),
    table: shared?.table ?? text(random),
    name: text(random),
    type: randomType(random, 3),
  }));
}

function randomMetadata(random: SeededRandom, version: ProtocolVersion): RowsMetadataData {
  const columns = oneIn(random, 4) ? undefined : randomColumns(random);
  return {
    columnCount: columns?.length ?? below(random, 4),
    ...optional(random, 'pagingState', () => hex(random, 20)),
    ...(version === 5 ? optional(random, 'newMetadataId', () => hex(random, 16)) : {}),
    ...(columns === undefined ? {} : { columns }),
  };
}

function randomChange(random: SeededRandom): SchemaChange {
  const target = random.pick(['KEYSPACE', 'TABLE', 'TYPE', 'FUNCTION', 'AGGREGATE'] as const);
  return {
    changeType: random.pick(['CREATED', 'UPDATED', 'DROPPED'] as const),
    target,
    keyspace: text(random),
    ...(target === 'KEYSPACE' ? {} : { name: text(random) }),
    ...(target === 'FUNCTION' || target === 'AGGREGATE'
      ? { argumentTypes: listOf(random, 3, () => text(random)) }
      : {}),
  };
}

function randomResult(random: SeededRandom, version: ProtocolVersion): ResultData {
  const kind = random.pick([
    'VOID',
    'ROWS',
    'ROWS',
    'ROWS',
    'SET_KEYSPACE',
    'PREPARED',
    'PREPARED',
    'SCHEMA_CHANGE',
  ] as const);
  switch (kind) {
    case 'VOID':
      return { kind };
    case 'ROWS': {
      const metadata = randomMetadata(random, version);
      const cell = (): string | null => (oneIn(random, 4) ? null : hex(random, 12));
      const row = (): (string | null)[] => Array.from({ length: metadata.columnCount }, cell);
      return { kind, metadata, rows: metadata.columnCount === 0 ? [] : listOf(random, 4, row) };
    }
    case 'SET_KEYSPACE':
      return { kind, keyspace: text(random) };
    case 'PREPARED': {
      const variables = randomColumns(random);
      return {
        kind,
        id: hex(random, 16),
        ...(version === 5 ? { resultMetadataId: hex(random, 16) } : {}),
        variables,
        partitionKeyIndexes: variables.length === 0 ? [] : listOf(random, 3, () => below(random, variables.length)),
        result: randomMetadata(random, version),
      };
    }
    case 'SCHEMA_CHANGE':
      return { kind, change: randomChange(random) };
  }
}

function randomAddress(random: SeededRandom): string {
  if (oneIn(random, 2)) return [...random.bytes(4)].join('.');
  return random.pick(['::1', '::', 'fe80::1', '2001:db8::8a2e:370:7334', '::ffff:10.0.0.1']);
}

function randomError(random: SeededRandom, version: ProtocolVersion): ErrorData {
  const code = random.pick([
    random.pick(plainErrors),
    0x1000,
    0x1100,
    0x1200,
    0x1300,
    0x1400,
    0x1500,
    0x1700,
    0x2400,
    0x2500,
  ]);
  const message = text(random);
  const consistency = random.pick(consistencies);
  const counts = { consistency, received: below(random, 5), required: below(random, 5) };
  const failures = (): Pick<ErrorData, 'failures' | 'failuresByNode'> => {
    if (version === 4) return { failures: random.int(-0x80000000, 0x7fffffff) };
    const failuresByNode = Object.fromEntries(
      listOf(random, 3, () => [randomAddress(random), below(random, 0x10000)] as const),
    );
    return { failures: Object.keys(failuresByNode).length, failuresByNode };
  };
  switch (code) {
    case 0x1000:
      return { code, message, consistency, required: below(random, 5), alive: below(random, 5) };
    case 0x1100: {
      const writeType = random.pick(writeTypes);
      return {
        code,
        message,
        ...counts,
        writeType,
        ...(version === 5 && writeType === 'CAS' ? { contentions: below(random, 0x10000) } : {}),
      };
    }
    case 0x1200:
      return { code, message, ...counts, dataPresent: oneIn(random, 2) };
    case 0x1300:
      return { code, message, ...counts, ...failures(), dataPresent: oneIn(random, 2) };
    case 0x1400:
      return {
        code,
        message,
        keyspace: text(random),
        functionName: text(random),
        argumentTypes: listOf(random, 3, () => text(random)),
      };
    case 0x1500:
      return { code, message, ...counts, ...failures(), writeType: random.pick(writeTypes) };
    case 0x1700:
      return { code, message, ...counts };
    case 0x2400:
      return { code, message, keyspace: text(random), table: text(random) };
    case 0x2500:
      return { code, message, statementId: hex(random, 16) };
    default:
      return { code, message };
  }
}

function randomEvent(random: SeededRandom): EventData {
  const type = random.pick(['TOPOLOGY_CHANGE', 'STATUS_CHANGE', 'SCHEMA_CHANGE', 'UNKNOWN'] as const);
  const inet = { address: randomAddress(random), port: random.int(-0x80000000, 0x7fffffff) };
  switch (type) {
    case 'TOPOLOGY_CHANGE':
      return { type, change: random.pick(['NEW_NODE', 'REMOVED_NODE', 'MOVED_NODE']), ...inet };
    case 'STATUS_CHANGE':
      return { type, change: random.pick(['UP', 'DOWN']), ...inet };
    case 'SCHEMA_CHANGE':
      return { type, change: randomChange(random) };
    case 'UNKNOWN':
      return { type, name: text(random) };
  }
}

function randomResponse(random: SeededRandom, version: ProtocolVersion): ResponseData {
  const opcode = random.pick([
    'ERROR',
    'ERROR',
    'RESULT',
    'RESULT',
    'RESULT',
    'EVENT',
    'SUPPORTED',
    'AUTHENTICATE',
    'AUTH_CHALLENGE',
    'AUTH_SUCCESS',
    'READY',
  ] as const);
  switch (opcode) {
    case 'ERROR':
      return { opcode, message: randomError(random, version) };
    case 'RESULT':
      return { opcode, message: randomResult(random, version) };
    case 'EVENT':
      return { opcode, message: randomEvent(random) };
    case 'SUPPORTED':
      return {
        opcode,
        message: {
          options: Object.fromEntries(
            listOf(random, 4, () => [text(random), listOf(random, 3, () => text(random))] as const),
          ),
        },
      };
    case 'AUTHENTICATE':
      return { opcode, message: { authenticator: text(random) } };
    case 'AUTH_CHALLENGE':
    case 'AUTH_SUCCESS':
      return { opcode, message: { token: oneIn(random, 4) ? null : hex(random, 30) } };
    case 'READY':
      return { opcode, message: {} };
  }
}

/** Any response that a server may send. */
export function randomFullResponse(random: SeededRandom, version: ProtocolVersion): FullResponse {
  const rarely = <T extends object>(make: () => T): T | object => (oneIn(random, 6) ? make() : {});
  const uuid = (): string =>
    random
      .bytes(16)
      .toString('hex')
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return {
    ...rarely(() => ({ traceId: uuid() })),
    ...rarely(() => ({ warnings: listOf(random, 3, () => text(random)) })),
    ...rarely(() => ({
      customPayload: Object.fromEntries(
        listOf(random, 3, () => [text(random), oneIn(random, 4) ? null : hex(random, 9)] as const),
      ),
    })),
    response: randomResponse(random, version),
  };
}
