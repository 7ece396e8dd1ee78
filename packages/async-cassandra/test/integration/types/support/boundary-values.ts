import { Decimal, Duration, LocalDate, LocalTime } from 'async-cassandra';

/** Native types that any column may have; counters stand in tables of their own. */
export type ColumnKind =
  | 'ascii'
  | 'bigint'
  | 'blob'
  | 'boolean'
  | 'date'
  | 'decimal'
  | 'double'
  | 'duration'
  | 'float'
  | 'inet'
  | 'int'
  | 'smallint'
  | 'text'
  | 'time'
  | 'timestamp'
  | 'timeuuid'
  | 'tinyint'
  | 'uuid'
  | 'varint';

const MIN_INT32 = -(2 ** 31);
const MAX_INT32 = 2 ** 31 - 1;
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;
const LAST_NANOSECOND = 86_399_999_999_999n;
/** A Date reaches this many milliseconds to either side of 1970. */
const MAX_DATE_MS = 8.64e15;

/** Around every number of bytes that an integer may take. */
const byteLimits: readonly bigint[] = [1, 2, 3, 4, 7, 8, 9, 16].flatMap((bytes) => {
  const limit = 2n ** BigInt(8 * bytes - 1);
  return [limit - 1n, limit, -limit, -limit - 1n];
});

/** The values of each type where mistakes live, in the form in which they are read. */
export const boundaryValues: { readonly [Kind in ColumnKind]: readonly unknown[] } = {
  ascii: ['', ' ', '\0', '\x7f', "'", '\\', '\n\r\t', 'null', 'x'.repeat(300)],
  bigint: [0n, 1n, -1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, MAX_INT64, MIN_INT64],
  blob: [Buffer.alloc(0), Buffer.of(0), Buffer.of(0xff), Buffer.alloc(300, 0x80)],
  boolean: [true, false],
  date: [
    new LocalDate(1970, 1, 1),
    new LocalDate(1969, 12, 31),
    new LocalDate(1582, 10, 10),
    new LocalDate(1, 1, 1),
    new LocalDate(0, 2, 29),
    new LocalDate(-43, 3, 15),
    new LocalDate(9999, 12, 31),
    new LocalDate(10_000, 1, 1),
    LocalDate.fromDaysSinceEpoch(MIN_INT32),
    LocalDate.fromDaysSinceEpoch(MAX_INT32),
  ],
  decimal: [
    new Decimal(0n, 0),
    new Decimal(0n, 5),
    new Decimal(-1n, 0),
    new Decimal(100n, 2),
    new Decimal(1n, -3),
    new Decimal(-1n, 400),
    new Decimal(2n ** 200n, 30),
    new Decimal(-(2n ** 63n), MAX_INT32),
    new Decimal(1n, MIN_INT32),
  ],
  double: [
    0,
    -0,
    Number.MIN_VALUE,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    2.2250738585072014e-308,
    Number.EPSILON,
    1 / 3,
    Infinity,
    -Infinity,
    NaN,
  ],
  duration: [
    new Duration(0, 0, 0n),
    new Duration(1, 2, 3n),
    new Duration(-1, -2, -3n),
    new Duration(0, 0, -1n),
    new Duration(MAX_INT32, MAX_INT32, MAX_INT64),
    new Duration(MIN_INT32 + 1, MIN_INT32 + 1, MIN_INT64 + 1n),
  ],
  float: [0, -0, 1.401298464324817e-45, 3.4028234663852886e38, -3.4028234663852886e38, 0.5, Infinity, -Infinity, NaN],
  inet: [
    '0.0.0.0',
    '127.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    '2001:db8::1:0:0:1',
    'fe80::1:2:3',
  ],
  int: [0, -1, MAX_INT32, MIN_INT32],
  smallint: [0, -1, 0x7fff, -0x8000],
  text: [
    '',
    ' ',
    '\0',
    "'",
    '"',
    '\\',
    '\n',
    '\ud7ff\ue000',
    '𐍈',
    '\u{10ffff}',
    'e\u0301',
    'é',
    'ß'.repeat(300),
    'null',
  ],
  time: [0n, 1n, LAST_NANOSECOND, 43_200_000_000_000n].map((ns) => LocalTime.fromNanosecondOfDay(ns)),
  timestamp: [0, -1, 1, -62_135_596_800_000, -62_198_755_200_000, MAX_DATE_MS, -MAX_DATE_MS].map((ms) => new Date(ms)),
  timeuuid: [
    '00000000-0000-1000-8000-000000000000',
    'ffffffff-ffff-1fff-bfff-ffffffffffff',
    'e23f6e00-c4f5-11ee-8080-808080808080',
  ],
  tinyint: [0, -1, 0x7f, -0x80],
  uuid: [
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    '123e4567-e89b-42d3-a456-426614174000',
  ],
  varint: [0n, 1n, -1n, ...byteLimits],
};

export const columnKinds: readonly ColumnKind[] = Object.keys(boundaryValues) as ColumnKind[];
