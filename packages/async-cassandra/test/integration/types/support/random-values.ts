import { type CqlType, Decimal, Duration, LocalDate, LocalTime } from 'async-cassandra';
import { fc } from '../../../support/fast-check.ts';
import { boundaryValues, type ColumnKind } from './boundary-values.ts';
import { neutralKey } from './neutral.ts';

/** What random values are to be like. */
export interface ValueShape {
  /** Fewest elements of lists, sets and maps. */
  readonly minElements: number;
  /** Null among the components of tuples and user-defined types. */
  readonly nullComponents: boolean;
  /** Values that some other program cannot read or write, which are then left out. */
  readonly accepts?: (kind: ColumnKind, value: unknown) => boolean;
}

const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };
const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

const natives: { readonly [Kind in ColumnKind]: fc.Arbitrary<unknown> } = {
  ascii: fc.string({ unit: fc.nat(0x7f).map((code) => String.fromCharCode(code)), maxLength: 30 }),
  bigint: fc.bigInt(INT64),
  blob: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  boolean: fc.boolean(),
  date: fc
    .oneof(fc.integer(INT32), fc.integer({ min: -800_000, max: 3_000_000 }))
    .map((days) => LocalDate.fromDaysSinceEpoch(days)),
  decimal: fc
    .tuple(largeInteger(), fc.oneof(fc.integer(INT32), fc.integer({ min: -20, max: 40 })))
    .map(([unscaled, scale]) => new Decimal(unscaled, scale)),
  double: fc.double(),
  duration: fc
    .tuple(fc.nat(INT32.max), fc.nat(INT32.max), fc.bigInt(0n, INT64.max), fc.boolean())
    .map(([months, days, nanoseconds, negative]) =>
      negative ? new Duration(-months, -days, -nanoseconds) : new Duration(months, days, nanoseconds),
    ),
  float: fc.float(),
  inet: fc.oneof(
    fc.ipV4(),
    fc
      .array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 })
      .filter((groups) => groups.slice(0, 5).some((group) => group !== 0))
      .map((groups) =>
        new URL(`http://[${groups.map((group) => group.toString(16)).join(':')}]`).hostname.slice(1, -1),
      ),
  ),
  int: fc.integer(INT32),
  smallint: fc.integer({ min: -0x8000, max: 0x7fff }),
  text: fc.string({ unit: 'binary', maxLength: 30 }),
  time: fc.bigInt(0n, 86_399_999_999_999n).map((ns) => LocalTime.fromNanosecondOfDay(ns)),
  timestamp: fc.date({ noInvalidDate: true }),
  timeuuid: fc.uuid({ version: 1 }),
  tinyint: fc.integer({ min: -0x80, max: 0x7f }),
  uuid: fc.uuid(),
  varint: largeInteger(),
};

function largeInteger(): fc.Arbitrary<bigint> {
  return fc.oneof(fc.bigInt(INT64), fc.bigInt(-(2n ** 300n), 2n ** 300n));
}

/** A value of a type, in the form in which it is read; every other native one is a boundary value. */
export function valueOf(type: CqlType, shape: ValueShape): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'list':
      return fc.array(valueOf(type.element, shape), sizes(shape));
    case 'set':
      return distinct(type.element, shape, (value) => value, type.element).map((elements) => new Set(elements));
    case 'map':
      return distinctPairs(type.key, type.value, shape).map((entries) => new Map(entries));
    case 'tuple':
      return fc.tuple(...type.elements.map((element) => component(element, shape)));
    case 'udt':
      return fc
        .tuple(...type.fields.map((field) => component(field.type, shape)))
        .map((values) => Object.fromEntries(type.fields.map((field, i) => [field.name, values[i]])));
    case 'vector': {
      const elements = fc.array(valueOf(type.element, shape), { minLength: type.dimension, maxLength: type.dimension });
      return type.element.kind === 'float' ? elements.map((all) => new Float32Array(all as number[])) : elements;
    }
    default:
      return nativeValue(type.kind as ColumnKind, shape);
  }
}

function nativeValue(kind: ColumnKind, shape: ValueShape): fc.Arbitrary<unknown> {
  const { accepts = () => true } = shape;
  const boundaries = boundaryValues[kind].filter((value) => accepts(kind, value));
  return fc.oneof(
    fc.constantFrom(...boundaries),
    natives[kind].filter((value) => accepts(kind, value)),
  );
}

function component(type: CqlType, shape: ValueShape): fc.Arbitrary<unknown> {
  const value = valueOf(type, shape);
  return shape.nullComponents ? fc.option(value, { freq: 5 }) : value;
}

/** Elements that are different for the server too, which would drop those that are not. */
function distinct<T>(
  type: CqlType,
  shape: ValueShape,
  key: (value: T) => unknown,
  keyType: CqlType,
): fc.Arbitrary<T[]> {
  const values = valueOf(type, shape) as fc.Arbitrary<T>;
  return fc.uniqueArray(values, { ...sizes(shape), selector: (value) => neutralKey(keyType, key(value)) });
}

function distinctPairs(key: CqlType, value: CqlType, shape: ValueShape): fc.Arbitrary<[unknown, unknown][]> {
  const pairs = fc.tuple(valueOf(key, shape), valueOf(value, shape));
  return fc.uniqueArray(pairs, { ...sizes(shape), selector: (pair) => neutralKey(key, pair[0]) });
}

function sizes(shape: ValueShape): { minLength: number; maxLength: number } {
  return { minLength: shape.minElements, maxLength: 3 };
}
