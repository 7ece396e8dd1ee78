/** A token of CQL: enough of the language to see names, literals and bind markers. */
export interface CqlToken {
  readonly kind: 'name' | 'string' | 'number' | 'marker' | 'symbol';
  /** Names lower-cased unless quoted, strings without quotes, markers their name (`?` for an anonymous one). */
  readonly text: string;
}

const pattern = new RegExp(
  [
    String.raw`\s+|--[^\n]*|\/\/[^\n]*|\/\*[^]*?\*\/`,
    String.raw`(?<string>'(?:[^']|'')*')|\$\$(?<dollars>[^]*?)\$\$`,
    String.raw`"(?<quoted>(?:[^"]|"")*)"`,
    String.raw`(?<marker>\?|:(?:"(?:[^"]|"")*"|[A-Za-z_]\w*))`,
    String.raw`(?<number>-?\d+(?:\.\d+)?)(?![\w-])`,
    String.raw`(?<name>[A-Za-z_0-9][\w-]*)`,
    String.raw`(?<symbol><=|>=|!=|[^])`,
  ].join('|'),
  'y',
);

export function tokenize(cql: string): CqlToken[] {
  const tokens: CqlToken[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < cql.length) {
    const groups = pattern.exec(cql)?.groups ?? {};
    const { string, dollars, quoted, marker, number, name, symbol } = groups as Record<string, string | undefined>;
    if (string !== undefined) tokens.push({ kind: 'string', text: string.slice(1, -1).replaceAll("''", "'") });
    else if (dollars !== undefined) tokens.push({ kind: 'string', text: dollars });
    else if (quoted !== undefined) tokens.push({ kind: 'name', text: quoted.replaceAll('""', '"') });
    else if (marker !== undefined) tokens.push({ kind: 'marker', text: markerName(marker) });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name.toLowerCase() });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol });
  }
  return tokens;
}

function markerName(marker: string): string {
  if (marker === '?') return '?';
  const name = marker.slice(1);
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
}

/** Walks over tokens. */
export class TokenCursor {
  readonly tokens: readonly CqlToken[];
  position = 0;

  constructor(tokens: readonly CqlToken[]) {
    this.tokens = tokens;
  }

  peek(offset = 0): CqlToken | undefined {
    return this.tokens[this.position + offset];
  }

  next(): CqlToken | undefined {
    return this.tokens[this.position++];
  }

  /** Steps over these words or symbols when they come next. */
  take(...texts: string[]): boolean {
    if (texts.some((text, i) => this.peek(i)?.text !== text)) return false;
    this.position += texts.length;
    return true;
  }

  name(): string | undefined {
    if (this.peek()?.kind !== 'name') return undefined;
    return this.next()?.text;
  }

  /** `[keyspace.]name` */
  qualifiedName(): { keyspace: string | undefined; name: string } | undefined {
    const first = this.name();
    if (first === undefined) return undefined;
    if (!this.take('.')) return { keyspace: undefined, name: first };
    const second = this.name();
    return second === undefined ? undefined : { keyspace: first, name: second };
  }
}
