import type { ByteWriter } from '../../protocol/index.ts';
import { copyBytes } from '../scalars/blob-codec.ts';
import { UuidCodec } from '../scalars/uuid-codec.ts';
import type { InlineRead } from '../value-codec.ts';
import { readUuidObject, Uuid, writeUuidObject } from './uuid.ts';

const UUID_BYTES = 16;

/** uuid or timeuuid as its 16 bytes. */
export class UuidAsBytesCodec extends UuidCodec {
  override get inline(): InlineRead {
    return { expression: 'copyBytes(b, p, 16)', helpers: { copyBytes } };
  }

  protected override read(b: Buffer, _v: DataView, p: number): Buffer {
    return copyBytes(b, p, UUID_BYTES);
  }
}

/** uuid or timeuuid as a Uuid; text and bytes are taken too when it is written. */
export class UuidAsObjectCodec extends UuidCodec {
  override get inline(): InlineRead {
    return { expression: 'readUuidObject(v, p)', helpers: { readUuidObject } };
  }

  protected override write(w: ByteWriter, at: number, value: unknown, column: string): void {
    if (value instanceof Uuid) writeUuidObject(w.view, at, value);
    else super.write(w, at, value, column);
  }

  protected override read(_b: Buffer, v: DataView, p: number): Uuid {
    return readUuidObject(v, p);
  }
}
