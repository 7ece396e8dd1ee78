import { InvalidValueError } from '../errors/index.ts';
import { parseClassName } from './class-name-parser.ts';
import { type CqlType, MAX_TYPE_DEPTH, nativeTypeNamed } from './cql-type.ts';

/** Finds a user-defined type by its name, as the schema tables have it: not quoted, case as it is. */
export type UdtLookup = (name: string) => CqlType | undefined;

/** One token: quoted name, quoted class name, word or number, punctuation. */
const TOKEN = /\s*(?:"((?:[^"]|"")*)"|'((?:[^']|'')*)'|([\p{L}\p{N}_]+)|([<>,]))/uy;
const EMPTY_TYPE = 'org.apache.cassandra.db.marshal.EmptyType';

type TokenKind = 'quoted' | 'class' | 'word' | 'punctuation' | 'end';

class CqlTypeNameParser {
  readonly #text: string;
  readonly #udts: UdtLookup;
  #pos = 0;
  #kind: TokenKind = 'end';
  #token = '';

  constructor(text: string, udts: UdtLookup) {
    this.#text = text;
    this.#udts = udts;
  }

  parse(): CqlType {
    this.#advance();
    const type = this.#type(0);
    if (this.#kind !== 'end') throw this.#malformed();
    return type;
  }

  #type(depth: number): CqlType {
    if (depth > MAX_TYPE_DEPTH)
      throw new InvalidValueError(`A CQL type is nested deeper than ${MAX_TYPE_DEPTH} levels, check its text`);
    const kind = this.#kind;
    const token = this.#token;
    this.#advance();
    if (kind === 'class') return parseClassName(token);
    if (kind === 'quoted') return this.#userType(token);
    if (kind !== 'word') throw this.#malformed();
    const word = token.toLowerCase();
    if (this.#token === '<' && this.#kind === 'punctuation') return this.#parameterised(word, depth);
    if (word === 'empty') return { kind: 'custom', className: EMPTY_TYPE };
    return nativeTypeNamed(word) ?? this.#userType(word);
  }

  #parameterised(word: string, depth: number): CqlType {
    this.#expect('<');
    const first = this.#type(depth + 1);
    const type = this.#finish(word, first, depth);
    this.#expect('>');
    return type;
  }

  #finish(word: string, first: CqlType, depth: number): CqlType {
    switch (word) {
      case 'list':
      case 'set':
        return { kind: word, element: first, frozen: false };
      case 'map':
        this.#expect(',');
        return { kind: 'map', key: first, value: this.#type(depth + 1), frozen: false };
      case 'tuple':
        return { kind: 'tuple', elements: this.#rest(first, depth) };
      case 'vector':
        this.#expect(',');
        return { kind: 'vector', element: first, dimension: this.#dimension() };
      case 'frozen':
        return 'frozen' in first ? { ...first, frozen: true } : first;
      default:
        throw this.#malformed();
    }
  }

  #rest(first: CqlType, depth: number): CqlType[] {
    const elements = [first];
    while (this.#kind === 'punctuation' && this.#token === ',') {
      this.#advance();
      elements.push(this.#type(depth + 1));
    }
    return elements;
  }

  #dimension(): number {
    const dimension = this.#kind === 'word' && /^[0-9]{1,10}$/.test(this.#token) ? Number(this.#token) : 0;
    if (dimension < 1 || dimension > 0x7fff_ffff) throw this.#malformed();
    this.#advance();
    return dimension;
  }

  #userType(name: string): CqlType {
    const type = this.#udts(name);
    if (type === undefined)
      throw new InvalidValueError(
        `CQL type "${name}" is neither native nor a known user-defined type, check its name and keyspace`,
      );
    return type;
  }

  #expect(punctuation: string): void {
    if (this.#kind !== 'punctuation' || this.#token !== punctuation) throw this.#malformed();
    this.#advance();
  }

  #advance(): void {
    TOKEN.lastIndex = this.#pos;
    const match = TOKEN.exec(this.#text);
    if (match === null) {
      if (this.#text.slice(this.#pos).trim() !== '') throw this.#malformed();
      this.#kind = 'end';
      this.#token = '';
      return;
    }
    this.#pos = TOKEN.lastIndex;
    const [, quoted, className, word, punctuation] = match;
    if (quoted !== undefined) this.#set('quoted', quoted.replaceAll('""', '"'));
    else if (className !== undefined) this.#set('class', className.replaceAll("''", "'"));
    else if (word !== undefined) this.#set('word', word);
    else this.#set('punctuation', punctuation as string);
  }

  #set(kind: TokenKind, token: string): void {
    this.#kind = kind;
    this.#token = token;
  }

  #malformed(): InvalidValueError {
    return new InvalidValueError(`CQL type "${this.#text}" is malformed before character ${this.#pos}, check its text`);
  }
}

/**
 * Reads a type as CQL writes it, and as the system_schema tables hold it: `map<text, frozen<list<int>>>`.
 * @param udts finds the user-defined types that the text names
 * @throws InvalidValueError when the text is not a type, or names a user-defined type that `udts` does not know
 */
export function parseCqlTypeName(text: string, udts: UdtLookup): CqlType {
  return new CqlTypeNameParser(text, udts).parse();
}
