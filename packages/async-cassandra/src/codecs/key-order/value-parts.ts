import { ByteReader, type ByteWriter, type CqlType } from '../../protocol/index.ts';
import { packedSize } from '../composites/packed-size.ts';

/** Types whose values consist of values. */
export type CompositeType = Extract<CqlType, { kind: 'list' | 'set' | 'map' | 'vector' | 'tuple' | 'udt' }>;

/** The parts of a serialised value, as windows on it: elements; keys and values in turn; components, null where they are null. */
export function partsOf(type: CompositeType, bytes: Buffer): readonly (Buffer | null)[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const r = new ByteReader().reset(bytes, view, 0, bytes.length);
  const take = (length: number): Buffer | null => {
    if (length < 0) return null;
    const part = bytes.subarray(r.pos, r.pos + length);
    r.pos += length;
    return part;
  };
  const times = (count: number, next: () => Buffer | null): (Buffer | null)[] => Array.from({ length: count }, next);
  switch (type.kind) {
    case 'list':
    case 'set':
      return times(r.readInt(), () => take(r.readInt()));
    case 'map':
      return times(r.readInt() * 2, () => take(r.readInt()));
    case 'vector': {
      const size = packedSize(type.element);
      return times(type.dimension, () => take(size > 0 ? size : r.readUnsignedVInt()));
    }
    default: {
      const parts: (Buffer | null)[] = [];
      while (r.remaining > 0) parts.push(take(r.readInt()));
      return parts;
    }
  }
}

/** Writes a value of its parts. None of them is null: only tuples and user-defined types have such, and they stay whole. */
export function writeParts(w: ByteWriter, type: CompositeType, parts: readonly Buffer[]): void {
  if (type.kind === 'vector') {
    const isPacked = packedSize(type.element) > 0;
    for (const part of parts) {
      if (!isPacked) w.writeUnsignedVInt(part.length);
      w.writeRaw(part);
    }
    return;
  }
  w.writeInt(type.kind === 'map' ? parts.length / 2 : parts.length);
  for (const part of parts) {
    w.writeInt(part.length);
    w.writeRaw(part);
  }
}
