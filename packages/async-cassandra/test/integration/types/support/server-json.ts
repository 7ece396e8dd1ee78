import { type CqlType, Decimal, Duration, LocalDate, LocalTime } from 'async-cassandra';
import { type Neutral, neutral, neutralNumber, ordered } from './neutral.ts';

/** JSON with the digits of its numbers, and its objects as pairs. */
type Json = string | boolean | null | JsonNumber | readonly Json[] | JsonObject;

class JsonNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

class JsonObject {
  readonly entries: readonly (readonly [string, Json])[];
  constructor(entries: readonly (readonly [string, Json])[]) {
    this.entries = entries;
  }
}

const stringToken = /\s*("(?:[^"\\]|\\.)*")\s*/y;
const plainToken = /\s*(true|false|null|-?\d[\d.]*(?:[eE][+-]?\d+)?)\s*/y;
/** Types that the server writes as JSON strings. */
const stringKinds: ReadonlySet<string> = new Set([
  'ascii',
  'blob',
  'date',
  'duration',
  'inet',
  'text',
  'time',
  'timestamp',
  'timeuuid',
  'uuid',
]);

/** The columns of a row that the server has written as JSON, in neutral form. */
export function fromServerJson(columns: readonly { name: string; type: CqlType }[], text: string): Neutral[] {
  const row = new Map((parseJson(text) as JsonObject).entries);
  return columns.map(({ name, type }) => value(type, row.get(name) ?? null));
}

function value(type: CqlType, json: Json): Neutral {
  if (json === null) return null;
  switch (type.kind) {
    case 'list':
    case 'vector':
      return (json as Json[]).map((element) => value(type.element, element));
    case 'set':
      return ordered((json as Json[]).map((element) => value(type.element, element)));
    case 'map':
      return ordered(
        (json as JsonObject).entries.map(([key, entry]) => [
          value(type.key, stringKinds.has(type.key.kind) ? key : parseJson(key)),
          value(type.value, entry),
        ]),
      );
    case 'tuple':
      return type.elements.map((element, i) => value(element, (json as Json[])[i] as Json));
    case 'udt': {
      const fields = new Map((json as JsonObject).entries.map(([name, field]) => [unquoted(name), field]));
      return type.fields.map((field) => value(field.type, fields.get(field.name) ?? null));
    }
    default:
      return leaf(type, json instanceof JsonNumber ? json.text : String(json));
  }
}

function leaf(type: CqlType, text: string): Neutral {
  switch (type.kind) {
    case 'blob':
      return text.slice(2);
    case 'date':
      return neutral(type, LocalDate.from(text));
    case 'decimal':
      return neutral(type, Decimal.from(text));
    case 'double':
      return neutralNumber(Number(text));
    case 'duration':
      return neutral(type, Duration.from(text === '' ? '0s' : text));
    case 'float':
      return neutralNumber(Math.fround(Number(text)));
    case 'inet':
      return neutral(type, text);
    case 'time':
      return neutral(type, LocalTime.from(text));
    case 'timestamp':
      return neutral(type, new Date(text.replace(' ', 'T')));
    default:
      return text;
  }
}

/** Names of fields that are not plain lower case stand in quotes. */
function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

function parseJson(text: string): Json {
  let at = 0;
  const json = parseValue();
  if (at !== text.length) throw new Error(`More than one JSON value: ${text.slice(at, at + 100)}`);
  return json;

  function token(pattern: RegExp): string | null {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) return null;
    at += match[0].length;
    return match[1] as string;
  }

  function parseValue(): Json {
    const string = token(stringToken);
    if (string !== null) return JSON.parse(string) as string;
    const plain = token(plainToken);
    token(/(\s*)/y);
    if (plain === null) return text[at] === '{' ? new JsonObject(parseAll('}', parseEntry)) : parseAll(']', parseValue);
    if (plain === 'null') return null;
    return plain === 'true' || plain === 'false' ? plain === 'true' : new JsonNumber(plain);
  }

  function parseEntry(): [string, Json] {
    const key = token(stringToken);
    if (key === null || text[at] !== ':') throw new Error(`No key: ${text.slice(at, at + 100)}`);
    at++;
    return [JSON.parse(key) as string, parseValue()];
  }

  function parseAll<T>(close: string, element: () => T): T[] {
    if (!'[{'.includes(text[at] ?? '?')) throw new Error(`No JSON: ${text.slice(at, at + 100)}`);
    const all: T[] = [];
    for (at++; token(/\s*([\]}])\s*/y) !== close; ) {
      if (all.length > 0 && text[at++] !== ',') throw new Error(`No comma: ${text.slice(at, at + 100)}`);
      all.push(element());
    }
    return all;
  }
}
