import { type CqlType, Decimal, Duration, LocalDate, LocalTime } from 'async-cassandra';
import { unescape } from './cqlsh.ts';
import { type Neutral, neutral, neutralNumber, ordered } from './neutral.ts';

/** How cqlsh writes values that stand in others without quotes. */
const bare: Readonly<Record<string, RegExp>> = {
  blob: /0x[0-9a-f]*/y,
  boolean: /True|False/y,
  date: /-?\d+(?:-\d\d-\d\d)?/y,
  duration: /-?(?:\d+[a-z]+)*/y,
  time: /\d\d:\d\d:\d\d(?:\.\d+)?/y,
  timeuuid: /[0-9a-f-]{36}/y,
  uuid: /[0-9a-f-]{36}/y,
};
const number = /NaN|-?(?:Infinity|\d[\d.]*(?:[eE][+-]?\d+)?)/y;
const quotedText = /'((?:[^']|'')*)'/y;
const timestampText = /^(\d+)-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{3})\d*\+0000$/;

/** The neutral form of a value that cqlsh has written as text. */
export function fromCqlshText(type: CqlType, text: string | null): Neutral {
  if (text === null) return null;
  const reader = new CqlshReader(text);
  const value = reader.isNested(type) ? reader.value(type) : leaf(type, unescape(text));
  reader.checkEnd(type);
  return value;
}

class CqlshReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  isNested(type: CqlType): boolean {
    return ['list', 'set', 'map', 'tuple', 'udt', 'vector'].includes(type.kind);
  }

  checkEnd(type: CqlType): void {
    if (this.isNested(type) && this.#at !== this.#text.length)
      throw new Error(`cqlsh wrote more than a ${type.kind}: ${this.#text.slice(this.#at, this.#at + 100)}`);
  }

  value(type: CqlType): Neutral {
    switch (type.kind) {
      case 'list':
      case 'vector':
        return this.#sequence('[', ']', () => this.value(type.element));
      case 'set':
        return ordered(this.#sequence('{', '}', () => this.value(type.element)));
      case 'map':
        return ordered(
          this.#sequence('{', '}', () => {
            const key = this.value(type.key);
            this.#take(': ');
            return [key, this.value(type.value)];
          }),
        );
      case 'tuple':
        return this.#sequence('(', ')', (i) => this.value(type.elements[i] as CqlType));
      case 'udt':
        return this.#sequence('{', '}', (i) => {
          const field = type.fields[i];
          this.#take(`${field?.name}: `);
          return this.#isNext('<null>') ? null : this.value(field?.type as CqlType);
        });
      default:
        return leaf(type, this.#leafText(type));
    }
  }

  #leafText(type: CqlType): string {
    const isQuoted = ['ascii', 'text', 'inet', 'timestamp'].includes(type.kind);
    const pattern = isQuoted ? quotedText : (bare[type.kind] ?? number);
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) throw new Error(`cqlsh wrote no ${type.kind}: ${this.#text.slice(this.#at, this.#at + 100)}`);
    this.#at += match[0].length;
    return isQuoted ? unescape((match[1] as string).replaceAll("''", "'")) : match[0];
  }

  #sequence(open: string, close: string, element: (index: number) => Neutral): Neutral[] {
    this.#take(open);
    const elements: Neutral[] = [];
    while (!this.#isNext(close)) {
      if (elements.length > 0) this.#take(', ');
      elements.push(element(elements.length));
    }
    return elements;
  }

  #take(expected: string): void {
    if (!this.#isNext(expected))
      throw new Error(`cqlsh wrote no "${expected}": ${this.#text.slice(this.#at, this.#at + 100)}`);
  }

  #isNext(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}

function leaf(type: CqlType, text: string): Neutral {
  switch (type.kind) {
    case 'blob':
      return text.slice(2);
    case 'boolean':
      return text.toLowerCase();
    case 'date':
      return /^-?\d+$/.test(text) ? text : neutral(type, LocalDate.from(text));
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
      return neutral(type, timestamp(text));
    default:
      return text;
  }
}

function timestamp(text: string): Date {
  const match = timestampText.exec(text);
  if (match === null) throw new Error(`cqlsh wrote no timestamp: ${text}`);
  const [year, month, day, hour, minute, second, ms] = match.slice(1).map(Number);
  const date = new Date(Date.UTC(2000, (month as number) - 1, day, hour, minute, second, ms));
  // Date.UTC takes years below 100 for those of the last century.
  date.setUTCFullYear(year as number, (month as number) - 1, day);
  return date;
}
