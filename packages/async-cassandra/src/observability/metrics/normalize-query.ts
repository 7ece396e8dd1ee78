import { CqlLexer, type CqlToken } from '../../session/index.ts';

/** Longer texts are cut: what is left of them still tells what they are. */
const MAX_LENGTH = 2_000;

const VALUE = '?';
/** A list of values, or of such lists. */
const LIST = '(?)';
const CONSTANTS: ReadonlySet<string> = new Set(['true', 'false', 'null', 'nan', 'infinity']);
const NO_SPACE_BEFORE: ReadonlySet<string> = new Set([',', ')', ';', '.', ']', '}']);
const NO_SPACE_AFTER: ReadonlySet<string> = new Set(['(', '.', '[', '{']);

/**
 * The text of a statement without anything that differs from call to call: literals, markers, collections and lists of them
 * become `?`, comments and white space go, words are in lower case. What it returns never holds a value.
 */
export function normalizeQuery(cql: string): string {
  const lexer = new CqlLexer(cql);
  const parts: string[] = [];
  let afterColon = false;
  for (let token = lexer.next(); token !== null; token = lexer.next()) {
    if (afterColon) {
      // `:name` is a marker; after the value of a map's entry it is not, and stands for nothing else.
      afterColon = false;
      push(parts, VALUE);
      if (token.type === 'word' || token.type === 'name') continue;
      if (isValue(token)) continue;
    }
    if (token.type === 'symbol' && token.text === ':') afterColon = true;
    else if (isValue(token)) push(parts, VALUE);
    else if (token.type === 'symbol') close(parts, token.text);
    else parts.push(token.type === 'name' ? `"${token.text.replaceAll('"', '""')}"` : token.text);
    // Nobody reads so much; lists of values have become short already.
    if (parts.length > MAX_LENGTH) break;
  }
  return join(parts);
}

function isValue(token: CqlToken): boolean {
  return (
    token.type === 'string' ||
    token.type === 'number' ||
    token.type === 'literal' ||
    (token.type === 'symbol' && token.text === '?') ||
    (token.type === 'word' && CONSTANTS.has(token.text))
  );
}

/** Adds a value: after another one and a comma it is the same list, and its sign is part of it. */
function push(parts: string[], value: string): void {
  const before = parts.at(-1);
  if ((before === '-' || before === '+') && isSign(parts.at(-2))) parts.pop();
  if (parts.at(-1) === ',' && isSame(parts.at(-2), value)) parts.pop();
  else if (isSame(parts.at(-1), value)) return;
  else parts.push(value);
}

function isSame(part: string | undefined, value: string): boolean {
  return part === value;
}

/** What stands before a sign that belongs to a number. */
function isSign(part: string | undefined): boolean {
  return part === undefined || /^[^\w"?)]$|^(?:and|in|values|where|set|limit|ttl|timestamp)$/.test(part);
}

/** Adds a symbol; a bracket that closes around nothing but values makes one value of them. */
function close(parts: string[], symbol: string): void {
  if (symbol === ']' || symbol === '}') {
    const open = symbol === ']' ? '[' : '{';
    const depth = parts.at(-1) === open ? 1 : parts.at(-2) === open && isList(parts.at(-1)) ? 2 : 0;
    if (depth > 0 && !isIndexed(parts.at(-depth - 1), open)) {
      parts.length -= depth;
      push(parts, VALUE);
      return;
    }
  }
  if (symbol === ')' && parts.at(-2) === '(' && isList(parts.at(-1))) {
    parts.length -= 2;
    push(parts, LIST);
    return;
  }
  parts.push(symbol);
}

function isList(part: string | undefined): boolean {
  return part === VALUE || part === LIST;
}

/** `column[?]` is an element of a column, not a list. */
function isIndexed(part: string | undefined, open: string): boolean {
  return open === '[' && part !== undefined && /^[\w"]/.test(part) && !/^(?:in|values|set|and)$/.test(part);
}

function join(parts: readonly string[]): string {
  let text = '';
  let before: string | undefined;
  for (const part of parts) {
    const isTight =
      before === undefined ||
      NO_SPACE_BEFORE.has(part) ||
      NO_SPACE_AFTER.has(before) ||
      ((part === '(' || part === '[') && /[\w"]$/.test(before) && !/^(?:in|values|and|where|key|on|as)$/.test(before));
    text += isTight ? part : ` ${part}`;
    before = part;
    if (text.length > MAX_LENGTH) return `${text.slice(0, MAX_LENGTH)}...`;
  }
  return text;
}
