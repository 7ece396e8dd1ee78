import type { CqlType } from 'async-cassandra';

/** A value with its native values replaced, as codecs do that present them in another form. */
export function mapLeaves(type: CqlType, value: unknown, leaf: (kind: string, value: unknown) => unknown): unknown {
  const next = (inner: CqlType, each: unknown): unknown => mapLeaves(inner, each, leaf);
  if (value === null) return null;
  switch (type.kind) {
    case 'list':
      return (value as unknown[]).map((element) => next(type.element, element));
    case 'vector':
      return type.element.kind === 'float' ? value : (value as unknown[]).map((element) => next(type.element, element));
    case 'set':
      return new Set(Array.from(value as Set<unknown>, (element) => next(type.element, element)));
    case 'map':
      return new Map(
        Array.from(value as Map<unknown, unknown>, ([k, v]) => [next(type.key, k), next(type.value, v)] as const),
      );
    case 'tuple':
      return type.elements.map((element, i) => next(element, (value as unknown[])[i]));
    case 'udt':
      return Object.fromEntries(
        type.fields.map((field) => [field.name, next(field.type, (value as Record<string, unknown>)[field.name])]),
      );
    default:
      return leaf(type.kind, value);
  }
}
