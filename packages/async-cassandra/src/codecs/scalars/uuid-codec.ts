import { type ByteWriter, formatUuid, nativeTypes, parseUuid } from '../../protocol/index.ts';
import { FixedCodec, type InlineRead } from '../value-codec.ts';
import { refused, wrongKind } from '../value-problems.ts';
import { isBytes } from '../kinds.ts';

const UUID_BYTES = 16;
const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** uuid and timeuuid: 16 bytes; read as lower-case text. */
export class UuidCodec extends FixedCodec {
  constructor(kind: 'uuid' | 'timeuuid') {
    super(nativeTypes[kind], UUID_BYTES);
  }

  override get inline(): InlineRead {
    return { expression: 'formatUuid(b, p)', helpers: { formatUuid }, zero: NIL_UUID };
  }

  encode(w: ByteWriter, value: unknown, column: string): void {
    w.reserve(UUID_BYTES);
    this.write(w, w.pos, value, column);
    w.pos += UUID_BYTES;
  }

  override writeCell(w: ByteWriter, value: unknown, column: string): void {
    w.reserve(4 + UUID_BYTES);
    w.view.setInt32(w.pos, UUID_BYTES);
    this.write(w, w.pos + 4, value, column);
    w.pos += 4 + UUID_BYTES;
  }

  protected read(b: Buffer, _v: DataView, p: number): unknown {
    return formatUuid(b, p);
  }

  /** Writes the 16 bytes of a bound value at `at`, where there is room for them. */
  protected write(w: ByteWriter, at: number, value: unknown, column: string): void {
    if (typeof value === 'string') {
      if (!parseUuid(value, w.buf, at))
        throw refused(column, this.typeName, 'a string that is not of the form 8-4-4-4-12 hexadecimal digits');
    } else {
      writeUuidBytes(w, at, value, column, this.typeName);
    }
  }
}

/** Writes a UUID that was bound as its 16 bytes. */
export function writeUuidBytes(w: ByteWriter, at: number, value: unknown, column: string, typeName: string): void {
  if (!isBytes(value)) throw wrongKind(column, typeName, value);
  if (value.length !== UUID_BYTES) throw refused(column, typeName, `${value.length} bytes where ${UUID_BYTES} belong`);
  w.buf.set(value, at);
}
