import type { CqlType } from 'async-cassandra';
import { fc } from '../../../support/fast-check.ts';
import { type ColumnKind, columnKinds } from './boundary-values.ts';

/** What random types are to be like. */
export interface TypeShape {
  /** Levels of collections, tuples, user-defined types and vectors around a native type. */
  readonly depth: number;
  /** Native types to choose from; all when absent. */
  readonly kinds?: readonly ColumnKind[];
  /** Names of fields that are hard on JavaScript and on CQL; else plain ones. */
  readonly oddNames?: boolean;
  /** Keys of maps are native; else of any type. */
  readonly nativeKeys?: boolean;
  /** What vectors may hold: native types only, collections, tuples and vectors too, or user-defined types as well. */
  readonly vectorsOf: 'native' | 'unnamed' | 'any';
}

const oddName = fc.constantFrom('__proto__', 'constructor', 'toString', 'a b', 'Mixed', 'é', 'select', 'x"y', "it's");
const plainName = fc.stringMatching(/^f[a-z0-9_]{0,6}$/);

/** A type of a column: what is nested is frozen, as Cassandra wants it. */
export function columnType(shape: TypeShape): fc.Arbitrary<CqlType> {
  return typeOf(shape, shape.depth, { mayHoldDuration: true, mayHoldUserType: true, isNested: false });
}

/** A type of a key: no duration anywhere in it, and frozen. */
export function keyType(shape: TypeShape): fc.Arbitrary<CqlType> {
  return typeOf(shape, shape.depth, { mayHoldDuration: false, mayHoldUserType: true, isNested: true });
}

interface Place {
  /** Sets, keys of maps and keys of tables refuse durations, which have no order. */
  readonly mayHoldDuration: boolean;
  readonly mayHoldUserType: boolean;
  readonly isNested: boolean;
}

function typeOf(shape: TypeShape, depth: number, place: Place): fc.Arbitrary<CqlType> {
  const native = nativeType(shape, place);
  if (depth === 0) return native;
  const nested = { ...place, isNested: true };
  const inner = typeOf(shape, depth - 1, nested);
  const ordered = typeOf(shape, depth - 1, { ...nested, mayHoldDuration: false });
  const key = shape.nativeKeys === true ? nativeType(shape, { ...nested, mayHoldDuration: false }) : ordered;
  const frozen = place.isNested ? fc.constant(true) : fc.boolean();
  const field = fc.record({ name: shape.oddNames === true ? fc.oneof(plainName, oddName) : plainName, type: inner });
  const fields = fc.uniqueArray(field, { minLength: 1, maxLength: 4, selector: ({ name }) => name });
  const vectorElement = elementOfVector(shape, depth - 1, nested);
  return fc.oneof(
    { weight: 3, arbitrary: native },
    fc.record({ kind: fc.constant('list' as const), element: inner, frozen }),
    fc.record({ kind: fc.constant('set' as const), element: ordered, frozen }),
    fc.record({ kind: fc.constant('map' as const), key, value: inner, frozen }),
    fc.record({ kind: fc.constant('tuple' as const), elements: fc.array(inner, { minLength: 1, maxLength: 4 }) }),
    ...(place.mayHoldUserType
      ? [
          fc.record({
            kind: fc.constant('udt' as const),
            keyspace: fc.constant(''),
            name: fc.constant(''),
            fields,
            frozen,
          }),
        ]
      : []),
    fc.oneof(
      fc.record({
        kind: fc.constant('vector' as const),
        element: vectorElement,
        dimension: fc.integer({ min: 1, max: 4 }),
      }),
      fc.record({
        kind: fc.constant('vector' as const),
        element: fc.constant<CqlType>({ kind: 'float' }),
        dimension: fc.integer({ min: 1, max: 120 }),
      }),
    ),
  );
}

function elementOfVector(shape: TypeShape, depth: number, place: Place): fc.Arbitrary<CqlType> {
  if (shape.vectorsOf === 'native') return nativeType(shape, place);
  return typeOf(shape, depth, { ...place, mayHoldUserType: place.mayHoldUserType && shape.vectorsOf === 'any' });
}

function nativeType(shape: TypeShape, place: Place): fc.Arbitrary<CqlType> {
  const kinds = (shape.kinds ?? columnKinds).filter((kind) => place.mayHoldDuration || kind !== 'duration');
  return fc.constantFrom(...kinds).map((kind): CqlType => ({ kind }));
}
