import { ByteWriter, type CqlType } from '../../protocol/index.ts';
import { ValueCodec } from '../value-codec.ts';
import { comparisonOf } from './compare-values.ts';
import { partsOf, writeParts } from './value-parts.ts';

type Rewrite = (bytes: Buffer) => Buffer;

const same: Rewrite = (bytes) => bytes;

/** Section 2.5.5.2 of RFC 4291. */
const MAPPED_PREFIX = Buffer.from('00000000000000000000ffff', 'hex');

/**
 * Writes values of partition keys as the server stores them, which is what it computes tokens of. Cassandra sorts the
 * elements of sets and the entries of maps when they are bound, and makes IPv4 addresses of those mapped into IPv6 that
 * are elements, inside other collections too; what lies in a tuple or user-defined type, or in a vector that is itself
 * the key's column, stays as it was sent (4.0 to 5.0), and so does an address that is itself the column.
 *
 * @returns the codec itself for types that hold nothing to sort or to shorten
 */
export function storedKeyCodec(codec: ValueCodec): ValueCodec {
  const { type } = codec;
  const rewrite = type.kind === 'vector' ? same : rewriteOf(type, true);
  return rewrite === same ? codec : new StoredKeyCodec(codec, rewrite);
}

class StoredKeyCodec extends ValueCodec {
  readonly #codec: ValueCodec;
  readonly #rewrite: Rewrite;

  constructor(codec: ValueCodec, rewrite: Rewrite) {
    super(codec.type);
    this.#codec = codec;
    this.#rewrite = rewrite;
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    const start = w.pos;
    this.#codec.encode(w, value, column);
    const stored = this.#stored(Buffer.from(w.buf.subarray(start, w.pos)));
    w.pos = start;
    w.writeRaw(stored);
  }

  decode(b: Buffer, v: DataView, p: number, n: number, column: string): unknown {
    return this.#codec.decode(b, v, p, n, column);
  }

  /** What is malformed, which only a codec of the application's own can be, is the server's to refuse. */
  #stored(bytes: Buffer): Buffer {
    try {
      return this.#rewrite(bytes);
    } catch {
      return bytes;
    }
  }
}

/** @param isColumn - whether the value is the column's own: then elements that compare as equal are one, not only the same ones */
function rewriteOf(type: CqlType, isColumn: boolean): Rewrite {
  switch (type.kind) {
    case 'list':
    case 'vector': {
      const element = rewriteOf(type.element, false);
      if (element === same) return same;
      return (bytes) => joined(type, presentParts(type, bytes).map(element));
    }
    case 'set':
    case 'map': {
      const isMap = type.kind === 'map';
      const keyType = isMap ? type.key : type.element;
      const key = rewriteOf(keyType, false);
      const value = isMap ? rewriteOf(type.value, false) : same;
      const compare = comparisonOf(keyType);
      return (bytes) => {
        const parts = presentParts(type, bytes);
        const entries: Buffer[][] = [];
        for (let i = 0; i < parts.length; i += isMap ? 2 : 1) {
          const [first, second] = parts.slice(i, i + (isMap ? 2 : 1)) as [Buffer, Buffer?];
          entries.push(second === undefined ? [key(first)] : [key(first), value(second)]);
        }
        const sorted = (isColumn ? entries : withoutRepeats(entries)).sort((a, b) =>
          compare(a[0] as Buffer, b[0] as Buffer),
        );
        return joined(type, (isColumn ? withoutEquals(sorted, compare) : sorted).flat());
      };
    }
    case 'inet':
      return isColumn ? same : unmapped;
    default:
      return same;
  }
}

/** The four bytes of an IPv4 address mapped into IPv6 (`::ffff:1.2.3.4`): what Java reads such an address as. */
function unmapped(bytes: Buffer): Buffer {
  const isMapped =
    bytes.length === MAPPED_PREFIX.length + 4 && bytes.subarray(0, MAPPED_PREFIX.length).equals(MAPPED_PREFIX);
  return isMapped ? bytes.subarray(MAPPED_PREFIX.length) : bytes;
}

/** Of entries with the same key the last value counts. Keys that only compare as equal stay, other than in a column itself. */
function withoutRepeats(entries: readonly Buffer[][]): Buffer[][] {
  return [...new Map(entries.map((entry) => [(entry[0] as Buffer).toString('latin1'), entry])).values()];
}

/** Of entries in order whose keys are equal the first key counts, with the last value. */
function withoutEquals(entries: readonly Buffer[][], compare: (a: Buffer, b: Buffer) => number): Buffer[][] {
  const different: Buffer[][] = [];
  for (const [key, ...value] of entries as [Buffer, ...Buffer[]][]) {
    const last = different.at(-1);
    if (last !== undefined && compare(last[0] as Buffer, key) === 0) last.splice(1, 1, ...value);
    else different.push([key, ...value]);
  }
  return different;
}

function presentParts(type: Parameters<typeof partsOf>[0], bytes: Buffer): readonly Buffer[] {
  return partsOf(type, bytes) as readonly Buffer[];
}

function joined(type: Parameters<typeof writeParts>[1], parts: readonly Buffer[]): Buffer {
  const w = new ByteWriter(parts.reduce((sum, part) => sum + part.length + 9, 4));
  writeParts(w, type, parts);
  return w.buf.subarray(0, w.pos);
}
