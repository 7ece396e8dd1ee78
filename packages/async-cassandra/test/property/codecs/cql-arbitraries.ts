import { fc } from '../../support/fast-check.ts';
import { Decimal, Duration, LocalDate, LocalTime } from '../../../src/codecs/index.ts';
import type { CqlType, NativeTypeName, UdtField } from '../../../src/protocol/index.ts';
import { anyText } from '../../support/any-text.ts';

/** What random types and values are to be like. */
export interface Shape {
  /** Field names that are hard on code generation and prototypes; else plain ones. */
  readonly oddNames: boolean;
  /** Null among the elements of lists. */
  readonly nullElements: boolean;
  /** Fewest elements of lists, sets and maps. */
  readonly minElements: number;
}

const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };
const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

/** Names that mean something to JavaScript, or to a careless template. */
export const oddName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'then',
    '0',
    '10',
    '',
    ' ',
    'a b',
    "'",
    '"',
    '`${1}`',
    '\\',
    '\n',
    '\u2028',
    '*/',
    '</script>',
    'count(*)',
    'é',
    '\ud800',
    'p',
    'b',
    'v',
    'n',
    'end',
    'rows',
    'column',
    'names',
  ),
  fc.string({ maxLength: 6 }),
);
const plainName = fc.stringMatching(/^[a-z][a-z0-9_]{0,6}$/);

const natives: { readonly [Name in NativeTypeName]: fc.Arbitrary<unknown> } = {
  ascii: asciiText(60),
  bigint: fc.bigInt(INT64),
  blob: fc.uint8Array({ maxLength: 90 }).map((bytes) => Buffer.from(bytes)),
  boolean: fc.boolean(),
  counter: fc.bigInt(INT64),
  date: fc.integer(INT32).map((days) => LocalDate.fromDaysSinceEpoch(days)),
  decimal: fc
    .record({ unscaled: largeBigInt(), scale: fc.oneof(fc.integer(INT32), fc.integer({ min: -20, max: 40 })) })
    .map(({ unscaled, scale }) => new Decimal(unscaled, scale)),
  double: fc.double(),
  duration: duration(),
  float: fc.float(),
  inet: fc.oneof(
    fc.ipV4(),
    fc
      .tuple(...Array.from({ length: 8 }, () => fc.oneof(fc.constant(0), fc.nat(0xffff))))
      .map((groups) => canonicalIpv6(groups)),
  ),
  int: fc.integer(INT32),
  smallint: fc.integer({ min: -0x8000, max: 0x7fff }),
  text: fc.oneof(anyText(60), asciiText(60)),
  time: fc.bigInt(0n, 86_399_999_999_999n).map((ns) => LocalTime.fromNanosecondOfDay(ns)),
  timestamp: fc.date({ noInvalidDate: true }),
  timeuuid: fc.uuid({ version: 1 }),
  tinyint: fc.integer({ min: -0x80, max: 0x7f }),
  uuid: fc.uuid(),
  varint: largeBigInt(),
};

function asciiText(maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.integer({ min: 0, max: 0x7f }).map((code) => String.fromCharCode(code)), maxLength });
}

function largeBigInt(): fc.Arbitrary<bigint> {
  return fc.oneof(
    fc.bigInt(),
    fc.bigInt(INT64),
    fc
      .tuple(fc.nat(200), fc.integer({ min: -1, max: 1 }), fc.boolean())
      .map(([bits, off, negative]) => (negative ? -1n : 1n) * 2n ** BigInt(bits) + BigInt(off)),
  );
}

function duration(): fc.Arbitrary<Duration> {
  const part = fc.oneof(fc.nat(2 ** 31 - 1), fc.nat(20));
  return fc
    .tuple(part, part, fc.bigInt(0n, 2n ** 63n - 1n), fc.boolean())
    .map(([months, days, nanoseconds, negative]) =>
      negative ? new Duration(-months, -days, -nanoseconds) : new Duration(months, days, nanoseconds),
    );
}

/** The text that RFC 5952 prescribes, by way of the platform's URL parser, which follows it but for mapped addresses. */
function canonicalIpv6(groups: readonly number[]): string {
  const text = new URL(`http://[${groups.map((group) => group.toString(16)).join(':')}]`).hostname.slice(1, -1);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (!isMapped) return text;
  const [high, low] = [groups[6] as number, groups[7] as number];
  return `::ffff:${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

/** A type nested at most `depth` levels deep. */
export function cqlType(depth: number, shape: Shape): fc.Arbitrary<CqlType> {
  const native = fc.constantFrom(...(Object.keys(natives) as NativeTypeName[])).map((kind): CqlType => ({ kind }));
  if (depth === 0) return native;
  const inner = cqlType(depth - 1, shape);
  const frozen = fc.boolean();
  const fields = fc.uniqueArray(fc.record({ name: shape.oddNames ? oddName : plainName, type: inner }), {
    minLength: 1,
    maxLength: 4,
    selector: (field: UdtField) => field.name,
  });
  return fc.oneof(
    { weight: 4, arbitrary: native },
    fc.record({ kind: fc.constantFrom('list' as const, 'set' as const), element: inner, frozen }),
    fc.record({ kind: fc.constant('map' as const), key: inner, value: inner, frozen }),
    fc.record({ kind: fc.constant('tuple' as const), elements: fc.array(inner, { minLength: 1, maxLength: 4 }) }),
    fc.record({ kind: fc.constant('udt' as const), keyspace: plainName, name: plainName, fields, frozen }),
    fc.record({ kind: fc.constant('vector' as const), element: inner, dimension: fc.integer({ min: 1, max: 5 }) }),
    fc.record({
      kind: fc.constant('vector' as const),
      element: fc.constant<CqlType>({ kind: 'float' }),
      dimension: fc.integer({ min: 1, max: 200 }),
    }),
  );
}

/** A value of a type, in the form in which it is read. */
export function valueOf(type: CqlType, shape: Shape): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'list': {
      const element = valueOf(type.element, shape);
      return fc.array(shape.nullElements ? fc.option(element, { freq: 6 }) : element, {
        minLength: shape.minElements,
        maxLength: 5,
      });
    }
    case 'set':
      return fc
        .array(valueOf(type.element, shape), { minLength: shape.minElements, maxLength: 5 })
        .map((elements) => new Set(elements));
    case 'map':
      return fc
        .array(fc.tuple(valueOf(type.key, shape), valueOf(type.value, shape)), {
          minLength: shape.minElements,
          maxLength: 5,
        })
        .map((entries) => new Map(entries));
    case 'tuple':
      return fc.tuple(...type.elements.map((element) => fc.option(valueOf(element, shape), { freq: 5 })));
    case 'udt':
      return fc
        .tuple(...type.fields.map((field) => fc.option(valueOf(field.type, shape), { freq: 5 })))
        .map((values) => Object.fromEntries(type.fields.map((field, i) => [field.name, values[i]])));
    case 'vector': {
      const elements = fc.array(valueOf(type.element, shape), { minLength: type.dimension, maxLength: type.dimension });
      return type.element.kind === 'float' ? elements.map((all) => new Float32Array(all as number[])) : elements;
    }
    case 'custom':
      return fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => Buffer.from(bytes));
    default:
      return natives[type.kind];
  }
}

/** A type and a value of it. */
export function typed(depth: number, shape: Shape): fc.Arbitrary<{ type: CqlType; value: unknown }> {
  return cqlType(depth, shape).chain((type) =>
    fc.record({ type: fc.constant(type), value: fc.option(valueOf(type, shape), { freq: 8 }) }),
  );
}
