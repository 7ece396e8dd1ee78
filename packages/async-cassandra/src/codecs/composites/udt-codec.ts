import type { ByteWriter, UdtType } from '../../protocol/index.ts';
import { ValueCodec } from '../value-codec.ts';
import { refused, unrepresentable, wrongKind } from '../value-problems.ts';
import { checkPresence, leastBytesOf, LENGTH_BYTES, readCell, readLength } from './cell.ts';
import { writeComponent } from './elements.ts';
import { isPlainObject, setOwn } from './plain-object.ts';

/**
 * A class that values of a user-defined type are made instances of. Its constructor takes one object with all fields, whose
 * types it may declare as they are in CQL.
 */
export type UserTypeClass = new (fields: never) => object;

/**
 * A user-defined type: its fields as [bytes], in order and without a count. Fields that are not there, because they were added
 * to the type after the value was written, are null; bytes of fields that this client has not heard of yet are left alone.
 */
export class UdtCodec extends ValueCodec {
  readonly names: readonly string[];
  readonly fields: readonly ValueCodec[];
  readonly userClass: UserTypeClass | undefined;
  readonly #undefinedIsAbsent: boolean;
  readonly #leastBytes: number;

  constructor(
    type: UdtType,
    fields: readonly ValueCodec[],
    undefinedIsAbsent: boolean,
    userClass: UserTypeClass | undefined,
  ) {
    super(type);
    this.names = type.fields.map((field) => field.name);
    this.fields = fields;
    this.userClass = userClass;
    this.#undefinedIsAbsent = undefinedIsAbsent;
    this.#leastBytes = leastBytesOf(fields.length);
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    const { names, fields } = this;
    if (!this.#isInstance(value)) {
      if (!isPlainObject(value)) throw wrongKind(column, this.typeName, value);
      this.#checkNames(value, column);
    }
    for (let i = 0; i < fields.length; i++) {
      const field = fieldOf(value as object, names[i] as string);
      writeComponent(w, fields[i] as ValueCodec, field, this.#undefinedIsAbsent, column, this.typeName);
    }
  }

  decode(b: Buffer, v: DataView, p: number, n: number, column: string): object {
    checkPresence(n, this.#leastBytes, column, this.typeName);
    const { names, fields } = this;
    const end = p + n;
    const value: Record<string, unknown> = {};
    let at = p;
    for (let i = 0; i < fields.length; i++) {
      let field: unknown = null;
      if (at < end) {
        const length = readLength(v, at, end, column);
        at += LENGTH_BYTES;
        field = readCell(fields[i] as ValueCodec, b, v, at, length, end, column);
        if (length > 0) at += length;
      }
      setOwn(value, names[i] as string, field);
    }
    return this.userClass === undefined ? value : instantiate(this.userClass, value, column, this.typeName);
  }

  #isInstance(value: unknown): boolean {
    return this.userClass !== undefined && value instanceof this.userClass;
  }

  /** A misspelt field would otherwise be written as null. */
  #checkNames(value: Record<string, unknown>, column: string): void {
    for (const name of Object.keys(value)) {
      if (!this.names.includes(name)) {
        throw refused(column, this.typeName, `fields besides its own (${this.names.join(', ')})`);
      }
    }
  }
}

/** A field's value; null when the object has none. What every object inherits is no field, what a class defines is. */
function fieldOf(value: object, name: string): unknown {
  if (Object.hasOwn(value, name)) return (value as Record<string, unknown>)[name];
  const isInherited = name in value && !(name in Object.prototype);
  return isInherited ? (value as Record<string, unknown>)[name] : null;
}

/** Makes an instance of the class registered for a user-defined type. */
export function instantiate(
  userClass: UserTypeClass,
  fields: Record<string, unknown>,
  column: string,
  typeName: string,
): object {
  try {
    return new userClass(fields as never);
  } catch (cause) {
    throw unrepresentable(
      column,
      typeName,
      'a value that the class registered for the type does not take, check its constructor',
      cause,
    );
  }
}
