import type { ByteWriter, ColumnSpec } from '../../protocol/index.ts';
import type { CodecRegistry } from '../codec-registry.ts';
import { storedKeyCodec } from '../key-order/stored-key-codec.ts';
import type { ValueCodec } from '../value-codec.ts';
import { refused } from '../value-problems.ts';
import { unset } from '../values/unset.ts';

/** The length of a component of a composite key is a [short]. */
const MAX_COMPONENT_BYTES = 0xffff;

/** Writes the bytes that the token of a statement's partition is computed of. */
export interface RoutingKeyEncoder {
  /**
   * Writes the routing key of these bound values; nothing when one of its values is null, undefined or unset.
   * @returns whether there is a routing key
   * @throws InvalidValueError naming the column whose type does not hold its value
   */
  write(w: ByteWriter, values: readonly unknown[]): boolean;
}

/** A partition key of one column: the bytes of its value. */
class SingleKeyEncoder implements RoutingKeyEncoder {
  readonly #index: number;
  readonly #codec: ValueCodec;
  readonly #name: string;

  constructor(index: number, codec: ValueCodec, name: string) {
    this.#index = index;
    this.#codec = codec;
    this.#name = name;
  }

  write(w: ByteWriter, values: readonly unknown[]): boolean {
    const value = values[this.#index];
    if (value === null || value === undefined || value === unset) return false;
    this.#codec.encode(w, value, this.#name);
    return true;
  }
}

/** A partition key of several columns: for each its length as a [short], its bytes and a zero. */
class CompositeKeyEncoder implements RoutingKeyEncoder {
  readonly #indexes: readonly number[];
  readonly #codecs: readonly ValueCodec[];
  readonly #names: readonly string[];

  constructor(indexes: readonly number[], codecs: readonly ValueCodec[], names: readonly string[]) {
    this.#indexes = indexes;
    this.#codecs = codecs;
    this.#names = names;
  }

  write(w: ByteWriter, values: readonly unknown[]): boolean {
    for (const index of this.#indexes) {
      const value = values[index];
      if (value === null || value === undefined || value === unset) return false;
    }
    for (let i = 0; i < this.#indexes.length; i++) {
      const start = w.pos;
      w.writeShort(0);
      const codec = this.#codecs[i] as ValueCodec;
      codec.encode(w, values[this.#indexes[i] as number], this.#names[i] as string);
      const length = w.pos - start - 2;
      if (length > MAX_COMPONENT_BYTES)
        throw refused(this.#names[i] as string, codec.typeName, `${length} bytes as part of a partition key`);
      w.view.setUint16(start, length);
      w.writeByte(0);
    }
    return true;
  }
}

/**
 * Makes the encoder of the routing key of a prepared statement.
 * @param indexes which of the markers are the partition key's columns, in the order of the key; at least one
 */
export function compileRoutingKeyEncoder(
  columns: readonly ColumnSpec[],
  indexes: readonly number[],
  registry: CodecRegistry,
): RoutingKeyEncoder {
  const parts = indexes.map((index) => columns[index] as ColumnSpec);
  const codecs = parts.map((column) => storedKeyCodec(registry.codecFor(column.type)));
  const names = parts.map((column) => column.name);
  if (indexes.length === 1)
    return new SingleKeyEncoder(indexes[0] as number, codecs[0] as ValueCodec, names[0] as string);
  return new CompositeKeyEncoder(indexes, codecs, names);
}
