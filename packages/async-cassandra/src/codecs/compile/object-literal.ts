/**
 * The source of an object literal whose properties have these names. A string literal is an ordinary own property whatever it says, but for
 * `__proto__`, which is one only as a computed name. Of equal names the last one's value stays, as in assignments.
 */
export function objectLiteral(names: readonly string[], value: (i: number) => string): string {
  const properties = names.map((name, i) => {
    const literal = JSON.stringify(name);
    return `${name === '__proto__' ? `[${literal}]` : literal}: ${value(i)}`;
  });
  return `{${properties.join(', ')}}`;
}
