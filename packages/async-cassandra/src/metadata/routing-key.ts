/** A component of a composite partition key has a 16-bit length. */
const MAX_COMPONENT_BYTES = 0xffff;

/**
 * Puts a partition key together from its serialised components, as Cassandra hashes it: a single one is the key itself; of several
 * each has a 16-bit length before it and a zero byte behind it.
 *
 * @returns the key; undefined when there is none: no component, or one too long for a composite key
 */
export function composeRoutingKey(components: readonly Uint8Array[]): Uint8Array | undefined {
  if (components.length <= 1) return components[0];
  let length = 0;
  for (const component of components) {
    if (component.length > MAX_COMPONENT_BYTES) return undefined;
    length += component.length + 3;
  }
  const key = new Uint8Array(length);
  let at = 0;
  for (const component of components) {
    key[at] = component.length >>> 8;
    key[at + 1] = component.length;
    key.set(component, at + 2);
    at += component.length + 3;
  }
  return key;
}
