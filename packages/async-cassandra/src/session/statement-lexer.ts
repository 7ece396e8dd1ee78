/**
 * One token of CQL: a word is kept in lower case, a quoted name and a string without their quotes. A `literal` is a uuid, a
 * blob or a duration, or what begins like a number and is none.
 */
export interface CqlToken {
  readonly type: 'word' | 'name' | 'string' | 'number' | 'literal' | 'symbol';
  readonly text: string;
}

const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?/y;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![A-Za-z0-9_])/iy;
const DURATION =
  /P(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d|\d+W|(?=T?\d)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)(?![A-Za-z0-9_])/iy;
/** What goes on after a number, without a space: a blob `0xcafe`, a duration `1h30m`. */
const NUMBER_TAIL = /[A-Za-z0-9_\u00b5.]+/y;
const SPACE = /\s+/y;
const LINE_COMMENT = /(?:--|\/\/)[^\n\r]*/y;

/**
 * Splits CQL into tokens, as far as classification needs it: strings, `$$` strings, quoted names and comments are
 * recognised, so that nothing inside of them is taken for a keyword. An unfinished one runs to the end of the text.
 */
export class CqlLexer {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): CqlToken | null {
    this.#skip();
    const character = this.#text[this.#at];
    if (character === undefined) return null;
    if (character === "'") return { type: 'string', text: this.#quoted("'") };
    if (character === '"') return { type: 'name', text: this.#quoted('"') };
    if (this.#text.startsWith('$$', this.#at)) return { type: 'string', text: this.#dollarString() };
    const literal = this.#match(UUID) ?? this.#match(DURATION);
    if (literal !== null) return { type: 'literal', text: literal };
    const word = this.#match(WORD);
    if (word !== null) return { type: 'word', text: word.toLowerCase() };
    const number = this.#match(NUMBER);
    if (number !== null) {
      const tail = this.#match(NUMBER_TAIL);
      return tail === null ? { type: 'number', text: number } : { type: 'literal', text: number + tail };
    }
    this.#at++;
    return { type: 'symbol', text: character };
  }

  /** Goes over white space and comments. */
  #skip(): void {
    while (this.#match(SPACE) !== null || this.#match(LINE_COMMENT) !== null || this.#skipBlockComment());
  }

  #skipBlockComment(): boolean {
    if (!this.#text.startsWith('/*', this.#at)) return false;
    const end = this.#text.indexOf('*/', this.#at + 2);
    this.#at = end < 0 ? this.#text.length : end + 2;
    return true;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return null;
    this.#at = pattern.lastIndex;
    return found[0];
  }

  #quoted(quote: string): string {
    let text = '';
    this.#at++;
    for (;;) {
      const end = this.#text.indexOf(quote, this.#at);
      if (end < 0) {
        text += this.#text.slice(this.#at);
        this.#at = this.#text.length;
        return text;
      }
      text += this.#text.slice(this.#at, end);
      this.#at = end + 1;
      if (this.#text[this.#at] !== quote) return text;
      text += quote;
      this.#at++;
    }
  }

  #dollarString(): string {
    const start = this.#at + 2;
    const end = this.#text.indexOf('$$', start);
    this.#at = end < 0 ? this.#text.length : end + 2;
    return this.#text.slice(start, end < 0 ? undefined : end);
  }
}
