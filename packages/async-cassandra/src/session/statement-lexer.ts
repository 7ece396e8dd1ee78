/** One token of CQL: a word is kept in lower case, a quoted name and a string without their quotes. */
export interface CqlToken {
  readonly type: 'word' | 'name' | 'string' | 'number' | 'symbol';
  readonly text: string;
}

const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /[0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?/y;
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
    const word = this.#match(WORD);
    if (word !== null) return { type: 'word', text: word.toLowerCase() };
    const number = this.#match(NUMBER);
    if (number !== null) return { type: 'number', text: number };
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
