import type { CqlType } from '../../protocol/index.ts';
import { type CompareBytes, nativeComparison } from './compare-natives.ts';
import { type CompositeType, partsOf } from './value-parts.ts';

/** How the server orders values of a type, which is how it sorts elements of sets and keys of maps. */
export function comparisonOf(type: CqlType): CompareBytes {
  switch (type.kind) {
    case 'list':
    case 'set':
      return compareParts(type, [comparisonOf(type.element)]);
    case 'vector':
      return compareParts(type, [comparisonOf(type.element)]);
    case 'map':
      return compareParts(type, [comparisonOf(type.key), comparisonOf(type.value)]);
    case 'tuple':
      return compareParts(type, type.elements.map(comparisonOf));
    case 'udt':
      return compareParts(
        type,
        type.fields.map((field) => comparisonOf(field.type)),
      );
    case 'custom':
      return (a, b) => Buffer.compare(a, b);
    default:
      return nativeComparison(type.kind);
  }
}

/** Part by part, by the comparisons in turn; null comes first, and of two equal beginnings the shorter. */
function compareParts(type: CompositeType, comparisons: readonly CompareBytes[]): CompareBytes {
  return (a, b) => {
    const left = partsOf(type, a);
    const right = partsOf(type, b);
    for (let i = 0; i < left.length && i < right.length; i++) {
      const one = left[i] as Buffer | null;
      const other = right[i] as Buffer | null;
      const compare = comparisons[i % comparisons.length] as CompareBytes;
      const found =
        one === null || other === null ? Number(one !== null) - Number(other !== null) : compare(one, other);
      if (found !== 0) return found;
    }
    return left.length - right.length;
  };
}
