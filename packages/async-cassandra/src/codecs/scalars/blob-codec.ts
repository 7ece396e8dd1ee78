import type { ByteWriter, CustomType, nativeTypes } from '../../protocol/index.ts';
import { ValueCodec } from '../value-codec.ts';
import { wrongKind } from '../value-problems.ts';
import { isBytes } from '../kinds.ts';

/** blob, and custom types, whose bytes only their owner understands. */
export class BlobCodec extends ValueCodec {
  constructor(type: CustomType | typeof nativeTypes.blob) {
    super(type);
  }

  override get hasEmptyValue(): boolean {
    return this.type.kind === 'blob';
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    if (!isBytes(value)) throw wrongKind(column, this.typeName, value);
    w.writeRaw(value);
  }

  decode(b: Buffer, _v: DataView, p: number, n: number): Buffer {
    return copyBytes(b, p, n);
  }
}

/** A Buffer with memory of its own. `Buffer.prototype.slice` would share it; a typed array's copies into a new one in one step. */
export function copyBytes(b: Buffer, p: number, n: number): Buffer {
  return Uint8Array.prototype.slice.call(b, p, p + n) as Buffer;
}
