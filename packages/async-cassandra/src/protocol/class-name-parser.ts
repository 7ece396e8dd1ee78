import { ProtocolError } from '../errors/index.ts';
import { type CqlType, MAX_TYPE_DEPTH, type NativeType, nativeTypes, type UdtField } from './cql-type.ts';
import { decodeUtf8 } from './text.ts';

const PACKAGE = 'org.apache.cassandra.db.marshal.';
const HEX = /^(?:[0-9a-fA-F]{2})*$/;
const MAX_DIMENSION = 0x7fff_ffff;

const nativeByClass = new Map<string, NativeType>([
  ['AsciiType', nativeTypes.ascii],
  ['BooleanType', nativeTypes.boolean],
  ['ByteType', nativeTypes.tinyint],
  ['BytesType', nativeTypes.blob],
  ['CounterColumnType', nativeTypes.counter],
  ['DateType', nativeTypes.timestamp],
  ['DecimalType', nativeTypes.decimal],
  ['DoubleType', nativeTypes.double],
  ['DurationType', nativeTypes.duration],
  ['FloatType', nativeTypes.float],
  ['InetAddressType', nativeTypes.inet],
  ['Int32Type', nativeTypes.int],
  ['IntegerType', nativeTypes.varint],
  ['LongType', nativeTypes.bigint],
  ['ShortType', nativeTypes.smallint],
  ['SimpleDateType', nativeTypes.date],
  ['TimeType', nativeTypes.time],
  ['TimeUUIDType', nativeTypes.timeuuid],
  ['TimestampType', nativeTypes.timestamp],
  ['UTF8Type', nativeTypes.text],
  ['UUIDType', nativeTypes.uuid],
]);

/** Parses a Java class name with its parameters, by recursive descent of bounded depth. */
class ClassNameParser {
  readonly #text: string;
  /** Depth of what the text as a whole describes, inside other types. */
  readonly #depth: number;
  #pos = 0;

  constructor(text: string, depth: number) {
    this.#text = text;
    this.#depth = depth;
  }

  parse(): CqlType {
    const type = this.#type(this.#depth);
    this.#skipBlanks();
    if (this.#pos < this.#text.length) throw this.#malformed('the end');
    return type;
  }

  #type(depth: number): CqlType {
    this.#skipBlanks();
    const start = this.#pos;
    const name = this.#word();
    const simpleName = name.startsWith(PACKAGE) ? name.slice(PACKAGE.length) : '';
    const native = nativeByClass.get(simpleName);
    if (native !== undefined) return native;
    if (depth >= MAX_TYPE_DEPTH) throw tooDeep();
    switch (simpleName) {
      case 'ListType':
        return { kind: 'list', element: this.#only(depth), frozen: false };
      case 'SetType':
        return { kind: 'set', element: this.#only(depth), frozen: false };
      case 'MapType':
        return this.#map(depth);
      case 'TupleType':
        return this.#tuple(depth);
      case 'UserType':
        return this.#userType(depth);
      case 'VectorType':
        return this.#vector(depth);
      case 'FrozenType':
        return freeze(this.#only(depth));
      case 'ReversedType':
        return this.#only(depth);
      default:
        return this.#custom(start, name, depth);
    }
  }

  #only(depth: number): CqlType {
    this.#expect('(');
    const type = this.#type(depth + 1);
    this.#expect(')');
    return type;
  }

  #map(depth: number): CqlType {
    this.#expect('(');
    const key = this.#type(depth + 1);
    this.#expect(',');
    const value = this.#type(depth + 1);
    this.#expect(')');
    return { kind: 'map', key, value, frozen: false };
  }

  #tuple(depth: number): CqlType {
    this.#expect('(');
    const elements = [this.#type(depth + 1)];
    while (this.#accept(',')) elements.push(this.#type(depth + 1));
    this.#expect(')');
    return { kind: 'tuple', elements };
  }

  /** `UserType(keyspace,hex name,hex field:class,...)` */
  #userType(depth: number): CqlType {
    this.#expect('(');
    this.#skipBlanks();
    const keyspace = this.#word();
    this.#expect(',');
    const name = this.#hexWord();
    const fields: UdtField[] = [];
    while (this.#accept(',')) {
      const fieldName = this.#hexWord();
      this.#expect(':');
      fields.push({ name: fieldName, type: this.#type(depth + 1) });
    }
    this.#expect(')');
    return { kind: 'udt', keyspace, name, fields, frozen: false };
  }

  /** `VectorType(class , dimension)` */
  #vector(depth: number): CqlType {
    this.#expect('(');
    const element = this.#type(depth + 1);
    this.#expect(',');
    this.#skipBlanks();
    const digits = this.#word();
    const dimension = /^[0-9]{1,10}$/.test(digits) ? Number(digits) : 0;
    if (dimension < 1 || dimension > MAX_DIMENSION) throw this.#malformed('a dimension before');
    this.#expect(')');
    return { kind: 'vector', element, dimension };
  }

  /** A class that this driver does not know keeps its parameters as they are written; alone, any text will do. */
  #custom(start: number, name: string, depth: number): CqlType {
    if (depth === this.#depth) {
      this.#pos = this.#text.length;
      return { kind: 'custom', className: this.#text };
    }
    if (name === '') throw this.#malformed('a class name');
    if (this.#accept('(')) {
      for (let open = 1; open > 0; this.#pos++) {
        const char = this.#text[this.#pos];
        if (char === undefined) throw this.#malformed('a closing parenthesis');
        if (char === '(') open++;
        else if (char === ')') open--;
      }
    }
    return { kind: 'custom', className: this.#text.slice(start, this.#pos).trimEnd() };
  }

  /** Field and type names are hexadecimal UTF-8, so that any name fits. */
  #hexWord(): string {
    this.#skipBlanks();
    const word = this.#word();
    if (!HEX.test(word)) throw this.#malformed('a hexadecimal name before');
    const bytes = Buffer.from(word, 'hex');
    return decodeUtf8(bytes, 0, bytes.length);
  }

  /** Everything up to the next delimiter or blank. */
  #word(): string {
    const start = this.#pos;
    while (this.#pos < this.#text.length && !isDelimiter(this.#text.charCodeAt(this.#pos))) this.#pos++;
    return this.#text.slice(start, this.#pos);
  }

  #skipBlanks(): void {
    while (isBlank(this.#text.charCodeAt(this.#pos))) this.#pos++;
  }

  #accept(char: string): boolean {
    this.#skipBlanks();
    if (this.#text[this.#pos] !== char) return false;
    this.#pos++;
    return true;
  }

  #expect(char: string): void {
    if (!this.#accept(char)) throw this.#malformed(`"${char}"`);
  }

  #malformed(expected: string): ProtocolError {
    return new ProtocolError(
      `The server sent a type's class name that lacks ${expected} at character ${this.#pos}, check its version`,
    );
  }
}

/** The error for types that are nested deeper than the bound. */
export function tooDeep(): ProtocolError {
  return new ProtocolError(`The server sent a type nested deeper than ${MAX_TYPE_DEPTH} levels, check the schema`);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}

function isDelimiter(code: number): boolean {
  return (
    code === 0x28 /* ( */ || code === 0x29 /* ) */ || code === 0x2c /* , */ || code === 0x3a /* : */ || isBlank(code)
  );
}

function freeze(type: CqlType): CqlType {
  switch (type.kind) {
    case 'list':
    case 'set':
    case 'map':
    case 'udt':
      return { ...type, frozen: true };
    default:
      return type;
  }
}

/**
 * Reads a type from the name of its Java class, as custom types travel: `org.apache.cassandra.db.marshal.VectorType(...)`.
 * A class that is not one of Cassandra's own CQL types becomes a custom type.
 * @param depth how deep inside other types it is
 * @throws ProtocolError when a known class has parameters it cannot have, or the nesting is too deep
 */
export function parseClassName(name: string, depth = 0): CqlType {
  return new ClassNameParser(name, depth).parse();
}
