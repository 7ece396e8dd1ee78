/**
 * The value with every Map and Set in it replaced by its entries, in their order. `deepStrictEqual` looks for an equal key
 * in any place; where keys are objects and some of them are equal, runtimes do not agree on how long they look.
 */
export function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (value instanceof Map) return { map: [...(value as Map<unknown, unknown>)].map(ordered) };
  if (value instanceof Set) return { set: [...(value as Set<unknown>)].map(ordered) };
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return { object: Object.entries(value).map(ordered) };
}
