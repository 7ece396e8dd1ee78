import { InvalidArgumentError } from 'commander';

export function parseInteger(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

export function parseList(text: string): string[] {
  return text.split(',').map((each) => each.trim());
}

/** `dc1,dc2` or `dc1:2,dc2:1` */
export function parseDataCenters(text: string): string[] | Record<string, number> {
  const parts = parseList(text);
  if (!text.includes(':')) return parts;
  return Object.fromEntries(
    parts.map((part) => {
      const [name = '', nodes = ''] = part.split(':');
      return [name, parseInteger(nodes)] as const;
    }),
  );
}

/** `auto_snapshot=true`; the value is JSON where it can be read as such, else text. */
export function parseSetting(text: string): readonly [string, unknown] {
  const separator = text.indexOf('=');
  if (separator < 1) throw new InvalidArgumentError('Give setting=value.');
  const value = text.slice(separator + 1);
  try {
    return [text.slice(0, separator), JSON.parse(value)];
  } catch {
    return [text.slice(0, separator), value];
  }
}

/** For options that may be repeated. */
export function collect<T>(parse: (text: string) => T): (text: string, before: T[] | undefined) => T[] {
  return (text, before = []) => [...before, parse(text)];
}
