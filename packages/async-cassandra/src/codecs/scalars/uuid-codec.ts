import { type ByteWriter, formatUuid, nativeTypes, parseUuid } from '../../protocol/index.ts';
import { FixedCodec, type InlineRead } from '../value-codec.ts';
import { refused, wrongKind } from '../value-problems.ts';
import { isBytes } from '../kinds.ts';

const UUID_BYTES = 16;
const NIL_UUID = '00000000-0000-0000-0000-000000000000';

/** uuid and timeuuid: 16 bytes; read as lower-case text. */
export class UuidCodec extends FixedCodec {
  /**
   * The text that was parsed last, and its bytes as words: a partition key is written twice, to find its replicas and then to be sent
   * to one of them. Forgotten when it has been written again: nothing is kept of what was cut out of a longer text.
   */
  #text: string | null = null;
  #word0 = 0;
  #word1 = 0;
  #word2 = 0;
  #word3 = 0;

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
    if (typeof value === 'string') this.#writeText(w, at, value, column);
    else writeUuidBytes(w, at, value, column, this.typeName);
  }

  #writeText(w: ByteWriter, at: number, text: string, column: string): void {
    const { view } = w;
    if (text === this.#text) {
      view.setInt32(at, this.#word0);
      view.setInt32(at + 4, this.#word1);
      view.setInt32(at + 8, this.#word2);
      view.setInt32(at + 12, this.#word3);
      this.#text = null;
      return;
    }
    if (!parseUuid(text, w.buf, at))
      throw refused(column, this.typeName, 'a string that is not of the form 8-4-4-4-12 hexadecimal digits');
    this.#text = text;
    this.#word0 = view.getInt32(at);
    this.#word1 = view.getInt32(at + 4);
    this.#word2 = view.getInt32(at + 8);
    this.#word3 = view.getInt32(at + 12);
  }
}

/** Writes a UUID that was bound as its 16 bytes. */
export function writeUuidBytes(w: ByteWriter, at: number, value: unknown, column: string, typeName: string): void {
  if (!isBytes(value)) throw wrongKind(column, typeName, value);
  if (value.length !== UUID_BYTES) throw refused(column, typeName, `${value.length} bytes where ${UUID_BYTES} belong`);
  w.buf.set(value, at);
}
