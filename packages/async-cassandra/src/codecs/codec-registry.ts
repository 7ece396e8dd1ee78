import { ConfigurationError } from '../errors/index.ts';
import type { CqlType, UdtType } from '../protocol/index.ts';
import type { Codec } from './codec.ts';
import { canGenerateCode } from './compile/code-generation.ts';
import { createTextReader } from './compile/short-text.ts';
import { FloatVectorCodec } from './composites/float-vector-codec.ts';
import { ListCodec } from './composites/list-codec.ts';
import { MapCodec } from './composites/map-codec.ts';
import { TupleCodec } from './composites/tuple-codec.ts';
import { UdtCodec, type UserTypeClass } from './composites/udt-codec.ts';
import { VectorCodec } from './composites/vector-codec.ts';
import { checkEncodingOptions, type EncodingOptions } from './encoding-options.ts';
import { fastForm } from './fast-codec.ts';
import { nativeCodec } from './native-codecs.ts';
import { BlobCodec } from './scalars/blob-codec.ts';
import { FloatCodec } from './scalars/float-codecs.ts';
import { parseTypeKey, typeKey, userTypeKey } from './type-key.ts';
import { UserCodec } from './user-codec.ts';
import type { ValueCodec } from './value-codec.ts';

/** Knows how the values of every CQL type are written and read: one of each cluster. */
export class CodecRegistry {
  readonly undefinedAsUnset: boolean;
  readonly #mayGenerate: boolean;
  readonly #codecs: ReadonlyMap<string, Codec<unknown>>;
  readonly #userClasses = new Map<string, UserTypeClass>();
  #generation = 0;
  #readText: ((b: Buffer, start: number, end: number) => string) | null = null;

  /** @throws ConfigurationError when an option is unknown or of the wrong kind, a codec's type is none, or two codecs are for one type */
  constructor(options: EncodingOptions = {}) {
    checkEncodingOptions(options);
    this.undefinedAsUnset = options.undefinedAsUnset ?? false;
    this.#mayGenerate = options.codeGeneration ?? true;
    this.#codecs = indexCodecs(options.codecs ?? []);
  }

  /** Whether decoders and encoders are compiled by generating code. */
  get codeGeneration(): boolean {
    return this.#mayGenerate && canGenerateCode();
  }

  /**
   * Reads UTF-8 text in decoders that are generated; shared by all of them, since it learns which lengths there are.
   * @internal
   */
  get readText(): (b: Buffer, start: number, end: number) => string {
    this.#readText ??= createTextReader();
    return this.#readText;
  }

  /** Changes when a class is registered: what was compiled before does not know it. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Makes values of a user-defined type instances of a class, constructed with an object of all fields.
   * Instances are written by their properties of the fields' names, inherited accessors included.
   * @throws ConfigurationError when the names are not strings or the class is none
   */
  registerUserType(keyspace: string, name: string, userClass: UserTypeClass): void {
    if (typeof keyspace !== 'string' || typeof name !== 'string' || typeof userClass !== 'function') {
      throw new ConfigurationError(
        'registerUserType',
        'A user-defined type is registered by keyspace, name and class; check the arguments',
      );
    }
    this.#userClasses.set(userTypeKey(keyspace, name), userClass);
    this.#generation++;
  }

  /** The codec of a type. */
  codecFor(type: CqlType): ValueCodec {
    const codec = this.#codecs.size === 0 ? undefined : this.#codecs.get(typeKey(type));
    return codec === undefined ? this.#defaultFor(type) : (fastForm(codec, type) ?? new UserCodec(type, codec));
  }

  #defaultFor(type: CqlType): ValueCodec {
    switch (type.kind) {
      case 'list':
      case 'set':
        return new ListCodec(type, this.codecFor(type.element));
      case 'map':
        return new MapCodec(type, this.codecFor(type.key), this.codecFor(type.value));
      case 'tuple':
        return new TupleCodec(
          type,
          type.elements.map((element) => this.codecFor(element)),
          this.undefinedAsUnset,
        );
      case 'udt':
        return this.#forUserType(type);
      case 'vector': {
        const element = this.codecFor(type.element);
        return element instanceof FloatCodec ? new FloatVectorCodec(type) : new VectorCodec(type, element);
      }
      case 'custom':
        return new BlobCodec(type);
      default:
        return nativeCodec(type.kind);
    }
  }

  #forUserType(type: UdtType): ValueCodec {
    const fields = type.fields.map((field) => this.codecFor(field.type));
    const userClass = this.#userClasses.get(userTypeKey(type.keyspace, type.name));
    return new UdtCodec(type, fields, this.undefinedAsUnset, userClass);
  }
}

function indexCodecs(codecs: readonly Codec<unknown>[]): Map<string, Codec<unknown>> {
  const index = new Map<string, Codec<unknown>>();
  for (const [i, codec] of codecs.entries()) {
    const path = `encoding.codecs[${i}]`;
    const key = keyOf(codec, path);
    if (index.has(key))
      throw new ConfigurationError(path, `Option "${path}" is a second codec for ${key}; keep one of them`);
    index.set(key, codec);
  }
  return index;
}

function keyOf(codec: Codec<unknown>, path: string): string {
  if (typeof codec?.cqlType !== 'string' || typeof codec.encode !== 'function' || typeof codec.decode !== 'function') {
    throw new ConfigurationError(path, `Option "${path}" is not a codec; check that it has cqlType, encode and decode`);
  }
  try {
    return parseTypeKey(codec.cqlType);
  } catch (cause) {
    throw new ConfigurationError(`${path}.cqlType`, `Option "${path}.cqlType" is not a CQL type; check its text`, {
      cause,
    });
  }
}
