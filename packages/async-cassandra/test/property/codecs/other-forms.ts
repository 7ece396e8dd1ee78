import { types } from 'cassandra-driver';
import { Decimal, Duration, LocalDate, LocalTime } from '../../../src/codecs/index.ts';
import type { CqlType } from '../../../src/protocol/index.ts';
import type { WireType } from '../../support/wire/index.ts';

/** How a value that this package reads is given to the toolbox's own encoder. */
export function toWire(type: CqlType, value: unknown): unknown {
  return convert(
    type,
    value,
    (_, leaf) => {
      if (leaf instanceof LocalDate) return leaf.daysSinceEpoch;
      if (leaf instanceof LocalTime) return BigInt(leaf.nanosecondOfDay);
      return leaf;
    },
    (all) => all,
  );
}

export function wireType(type: CqlType): WireType {
  switch (type.kind) {
    case 'list':
    case 'set':
      return { kind: type.kind, element: wireType(type.element) };
    case 'map':
      return { kind: 'map', key: wireType(type.key), value: wireType(type.value) };
    case 'tuple':
      return { kind: 'tuple', elements: type.elements.map(wireType) };
    case 'udt': {
      const fields = type.fields.map((field) => [field.name, wireType(field.type)] as const);
      return { kind: 'udt', keyspace: type.keyspace, name: type.name, fields };
    }
    case 'vector':
      return { kind: 'vector', element: wireType(type.element), dimension: type.dimension };
    default:
      return type;
  }
}

/** How cassandra-driver describes a type. */
export interface DriverType {
  readonly code: number;
  readonly info?: unknown;
  readonly customTypeName?: string;
}

export function driverType(type: CqlType): DriverType {
  const { dataTypes } = types;
  switch (type.kind) {
    case 'list':
    case 'set':
      return { code: dataTypes[type.kind], info: driverType(type.element) };
    case 'map':
      return { code: dataTypes.map, info: [driverType(type.key), driverType(type.value)] };
    case 'tuple':
      return { code: dataTypes.tuple, info: type.elements.map(driverType) };
    case 'udt':
      return {
        code: dataTypes.udt,
        info: {
          name: type.name,
          fields: type.fields.map((field) => ({ name: field.name, type: driverType(field.type) })),
        },
      };
    case 'vector':
      return { code: dataTypes.custom, info: [driverType(type.element), type.dimension], customTypeName: 'vector' };
    case 'duration':
      return { code: dataTypes.custom, info: 'org.apache.cassandra.db.marshal.DurationType' };
    case 'custom':
      return { code: dataTypes.custom, info: type.className };
    default:
      return { code: dataTypes[type.kind] };
  }
}

/** A value of this package as cassandra-driver takes it. */
export function toDriver(type: CqlType, value: unknown): unknown {
  return convert(type, value, toDriverLeaf, (all, kind) => {
    if (kind === 'tuple') return types.Tuple.fromArray(all);
    return kind === 'vector' ? new types.Vector(all) : all;
  });
}

function toDriverLeaf(type: CqlType, value: unknown): unknown {
  switch (type.kind) {
    case 'uuid':
      return types.Uuid.fromString(value as string);
    case 'timeuuid':
      return types.TimeUuid.fromString(value as string);
    case 'decimal':
      return new types.BigDecimal(
        types.Integer.fromString((value as Decimal).unscaled.toString()) as never,
        (value as Decimal).scale,
      );
    case 'date':
      return new types.LocalDate((value as LocalDate).daysSinceEpoch, undefined as never, undefined as never);
    case 'time':
      return new types.LocalTime(types.Long.fromString(String((value as LocalTime).nanosecondOfDay)));
    case 'duration': {
      const { months, days, nanoseconds } = value as Duration;
      return new types.Duration(months, days, types.Long.fromString(nanoseconds.toString()));
    }
    case 'inet':
      return types.InetAddress.fromString(value as string);
    default:
      return value;
  }
}

/** What cassandra-driver read, as this package reads it. */
export function fromDriver(type: CqlType, value: unknown): unknown {
  return convert(
    type,
    value,
    fromDriverLeaf,
    (all) => all,
    (made) => {
      if (made instanceof types.Tuple) return made.values() as unknown[];
      return [...(made as Iterable<unknown>)];
    },
  );
}

function fromDriverLeaf(type: CqlType, value: unknown): unknown {
  switch (type.kind) {
    case 'uuid':
    case 'timeuuid':
      return String(value);
    case 'decimal': {
      const { _intVal: unscaled, _scale: scale } = value as { _intVal: object; _scale: number };
      return new Decimal(BigInt(String(unscaled)), scale);
    }
    case 'date': {
      const { date, _value: days } = value as { date: Date; _value: number | null };
      return LocalDate.fromDaysSinceEpoch(days ?? date.getTime() / 86_400_000);
    }
    case 'time':
      return LocalTime.fromNanosecondOfDay(BigInt(String((value as types.LocalTime).getTotalNanoseconds())));
    case 'duration': {
      const { months, days, nanoseconds } = value as { months: number; days: number; nanoseconds: object };
      return new Duration(months, days, BigInt(String(nanoseconds)));
    }
    case 'inet':
      return Buffer.from((value as types.InetAddress).getBuffer()).toString('hex');
    case 'vector':
      return new Float32Array(value as number[]);
    default:
      return value;
  }
}

type Leaf = (type: CqlType, value: unknown) => unknown;
type Sequence = (all: unknown[], kind: 'tuple' | 'vector' | 'list') => unknown;

/** Converts the leaves of a value, and the tuples and vectors that hold them. */
function convert(
  type: CqlType,
  value: unknown,
  leaf: Leaf,
  sequence: Sequence,
  open: (value: unknown) => unknown[] = (made) => [...(made as Iterable<unknown>)],
): unknown {
  const next = (innerType: CqlType, inner: unknown): unknown => convert(innerType, inner, leaf, sequence, open);
  if (value === null || value === undefined) return null;
  switch (type.kind) {
    case 'list':
      return sequence(
        open(value).map((element) => next(type.element, element)),
        'list',
      );
    case 'set':
      return new Set([...(value as Set<unknown>)].map((element) => next(type.element, element)));
    case 'map':
      return new Map([...(value as Map<unknown, unknown>)].map(([k, v]) => [next(type.key, k), next(type.value, v)]));
    case 'tuple':
      return sequence(
        open(value).map((element, i) => next(type.elements[i] as CqlType, element)),
        'tuple',
      );
    case 'udt':
      return Object.fromEntries(
        type.fields.map((field) => [field.name, next(field.type, (value as Record<string, unknown>)[field.name])]),
      );
    case 'vector': {
      const all = open(value).map((element) => next(type.element, element));
      return sequence(all, 'vector');
    }
    default:
      return leaf(type, value);
  }
}

/** A value with what cassandra-driver cannot tell apart made alike: addresses as bytes, vectors as arrays. */
export function comparable(type: CqlType, value: unknown, inetBytes: (text: string) => string): unknown {
  return convert(
    type,
    value,
    (leafType, leaf) => (leafType.kind === 'inet' ? inetBytes(leaf as string) : leaf),
    (all) => all,
  );
}
