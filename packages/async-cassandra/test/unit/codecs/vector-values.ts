import { Decimal, Duration, LocalDate, LocalTime } from '../../../src/codecs/index.ts';
import type { CqlType } from '../../../src/protocol/index.ts';
import { loadVectors } from '../../support/load-vectors.ts';
import { typeOf } from './codec-harness.ts';

/** A value and its bytes, as the files in `test/vectors` have them. */
export interface TypeVector {
  readonly description: string;
  /** The type as CQL writes it, or a descriptor for user-defined types. */
  readonly type?: string;
  readonly udt?: CqlType;
  readonly hex: string | null;
  readonly value: unknown;
  readonly text?: string;
  readonly only?: 'encode' | 'decode';
}

export interface TypeVectorFile {
  readonly vectors: readonly TypeVector[];
  readonly corrupt?: readonly { readonly description: string; readonly type: string; readonly hex: string }[];
  readonly refused?: readonly { readonly type: string; readonly value: unknown }[];
  readonly durationTexts?: readonly { readonly text: string; readonly value: unknown }[];
  readonly notDurations?: readonly { readonly text: string }[];
}

export const files = ['types-gocql.json', 'types-python-driver.json', 'types-nodejs-driver.json'] as const;

export function typeVectors(file: string): TypeVectorFile {
  return loadVectors<TypeVectorFile>(file);
}

export function vectorType(vector: { readonly type?: string; readonly udt?: CqlType }): CqlType {
  return vector.udt ?? typeOf(vector.type as string);
}

/** The JavaScript value that the notation of the files means for a type. Timestamps are bigints of milliseconds. */
export function vectorValue(type: CqlType, json: unknown): unknown {
  if (json === null) return null;
  switch (type.kind) {
    case 'bigint':
    case 'counter':
    case 'varint':
    case 'timestamp':
      return BigInt(json as string);
    case 'float':
    case 'double':
      return Number(json);
    case 'decimal':
      return new Decimal(BigInt((json as [string, number])[0]), (json as [string, number])[1]);
    case 'duration': {
      const [months, days, nanoseconds] = json as [number, number, string];
      return new Duration(months, days, BigInt(nanoseconds));
    }
    case 'time':
      return LocalTime.fromNanosecondOfDay(BigInt(json as string));
    case 'date':
      return LocalDate.fromString((json as string).replace(/^(\d{5,})/, '+$1'));
    case 'blob':
      return Buffer.from(json as string, 'hex');
    case 'list':
      return (json as unknown[]).map((element) => vectorValue(type.element, element));
    case 'set':
      return new Set((json as unknown[]).map((element) => vectorValue(type.element, element)));
    case 'map':
      return new Map(
        (json as [unknown, unknown][]).map(([k, v]) => [vectorValue(type.key, k), vectorValue(type.value, v)]),
      );
    case 'vector': {
      const elements = (json as unknown[]).map((element) => vectorValue(type.element, element));
      return type.element.kind === 'float' ? new Float32Array(elements as number[]) : elements;
    }
    default:
      return json;
  }
}
